package api

import "time"

// AlertKind is what an alert watches.
type AlertKind string

// The kinds of alerts.
const (
	// AlertNoRunner: no runner is online.
	AlertNoRunner AlertKind = "no_runner"
	// AlertQueueAge: the oldest task that could run waits too long.
	AlertQueueAge AlertKind = "queue_age"
	// AlertFailureRate: too many of the tasks that end fail.
	AlertFailureRate AlertKind = "failure_rate"
)

// AlertKinds lists them.
func AlertKinds() []AlertKind { return []AlertKind{AlertNoRunner, AlertQueueAge, AlertFailureRate} }

// AlertState is whether an alert fires.
type AlertState string

// The states of an alert.
const (
	// AlertOK is entered when an alert is made, and when what it watches has been
	// well for resolve_seconds, or it is paused; it is left for firing.
	AlertOK AlertState = "ok"
	// AlertFiring is entered when what it watches has been bad for for_seconds;
	// it is left for ok.
	AlertFiring AlertState = "firing"
)

// Types of events about alerts.
const (
	AlertEventFiring = "alert.firing"
	// AlertEventResolved also ends a firing alert that is paused or deleted.
	AlertEventResolved = "alert.resolved"
	// AlertEventRepeated says after repeat_seconds that it fires still.
	AlertEventRepeated = "alert.repeated"
	// AlertEventMailFailed says that an e-mail of an alert was given up.
	AlertEventMailFailed = "alert.mail_failed"
)

// AlertEventTypes lists them.
func AlertEventTypes() []string {
	return []string{AlertEventFiring, AlertEventResolved, AlertEventRepeated, AlertEventMailFailed}
}

// AlertNotify is who is told of an alert besides those who follow events.
type AlertNotify struct {
	Emails []string `json:"emails" nullable:"false" maxItems:"20" doc:"Who gets an e-mail, each one of their own; the server's operator must have set --smtp-url"`
}

// AlertRequest makes an alert. Which fields it takes depends on its kind.
type AlertRequest struct {
	Name string    `json:"name" minLength:"1" maxLength:"200" doc:"What people call it; no other alert of the workspace has the name"`
	Kind AlertKind `json:"kind" enum:"no_runner,queue_age,failure_rate" doc:"What it watches"`
	AlertRule
	Notify   *AlertNotify `json:"notify,omitempty"`
	Language *string      `json:"language,omitempty" enum:"en,id" doc:"Of its e-mails and of the messages of its events; en when absent"`
	Paused   *bool        `json:"paused,omitempty"`
}

// AlertPatch changes an alert; what is absent stays, and the kind always does.
type AlertPatch struct {
	Name *string `json:"name,omitempty" minLength:"1" maxLength:"200"`
	AlertRule
	Notify   *AlertNotify `json:"notify,omitempty"`
	Language *string      `json:"language,omitempty" enum:"en,id"`
	Paused   *bool        `json:"paused,omitempty" doc:"A paused alert watches nothing; one that fires resolves when it is paused"`
}

// AlertRule says when an alert fires and resolves. Absent fields have the
// default of the kind, or stay as they are.
type AlertRule struct {
	Labels           *map[string]string `json:"labels,omitempty" doc:"no_runner: only runners with these labels count"`
	Dataset          *string            `json:"dataset,omitempty" maxLength:"200" doc:"no_runner: only runners that share this dataset count"`
	OperationCode    *int               `json:"operation_code,omitempty" enum:"0,100,200,300,400" doc:"queue_age: only tasks of this operation count; 0 for all"`
	Threshold        *float64           `json:"threshold,omitempty" minimum:"0" maximum:"31536000" doc:"It is bad from here up. queue_age: seconds; failure_rate: a share above 0 and up to 1"`
	ResolveThreshold *float64           `json:"resolve_threshold,omitempty" minimum:"0" maximum:"31536000" doc:"Once it fires, it is well again below here only; threshold when 0 or absent"`
	WindowSeconds    *int               `json:"window_seconds,omitempty" minimum:"60" maximum:"604800" doc:"failure_rate: over which time; 900 when absent"`
	MinCount         *int               `json:"min_count,omitempty" minimum:"1" maximum:"1000000" doc:"failure_rate: fewer ended tasks in that time say nothing; 10 when absent"`
	ForSeconds       *int               `json:"for_seconds,omitempty" minimum:"0" maximum:"604800" doc:"How long it must be bad without a break before it fires; when absent 300 for no_runner, 0 for the others"`
	ResolveSeconds   *int               `json:"resolve_seconds,omitempty" minimum:"0" maximum:"604800" doc:"How long it must be well without a break before it resolves; 60 when absent"`
	RepeatSeconds    *int               `json:"repeat_seconds,omitempty" minimum:"0" maximum:"2592000" doc:"It is told again after so long while it fires; 0 for never, 14400 when absent"`
}

// Alert watches a workspace, and tells people when something begins and ends.
type Alert struct {
	ID               string            `json:"id" format:"uuid"`
	Name             string            `json:"name"`
	Kind             AlertKind         `json:"kind" doc:"no_runner, queue_age or failure_rate"`
	Labels           map[string]string `json:"labels,omitempty"`
	Dataset          string            `json:"dataset,omitempty"`
	OperationCode    int               `json:"operation_code,omitempty"`
	Threshold        float64           `json:"threshold,omitempty" doc:"Seconds for queue_age, a share for failure_rate"`
	ResolveThreshold float64           `json:"resolve_threshold,omitempty"`
	WindowSeconds    int               `json:"window_seconds,omitempty"`
	MinCount         int               `json:"min_count,omitempty"`
	ForSeconds       int               `json:"for_seconds"`
	ResolveSeconds   int               `json:"resolve_seconds"`
	RepeatSeconds    int               `json:"repeat_seconds"`
	Notify           AlertNotify       `json:"notify"`
	Language         string            `json:"language" doc:"en or id"`
	Paused           bool              `json:"paused"`
	State            AlertState        `json:"state" doc:"ok or firing"`
	Since            time.Time         `json:"since" doc:"When the state began"`
	// PendingSince is set while what is seen contradicts the state, which turns
	// when that has gone on for long enough.
	PendingSince *time.Time `json:"pending_since,omitempty" doc:"Since when what is seen contradicts the state; absent where it does not"`
	Value        *float64   `json:"value,omitempty" doc:"What was seen last: runners online, seconds, or a share; absent where there was nothing to see"`
	EvaluatedAt  *time.Time `json:"evaluated_at,omitempty" doc:"When that was; absent where it never was"`
	MailError    string     `json:"mail_error,omitempty" doc:"Why the last e-mail could not be sent; absent where it could"`
	CreatedBy    string     `json:"created_by"`
	CreatedAt    time.Time  `json:"created_at"`
}

// AlertList lists alerts, newest first.
type AlertList struct {
	Alerts []Alert `json:"alerts"`
}
