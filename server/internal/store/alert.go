package store

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/fault"
)

// SubjectAlert is the kind of events about alerts.
const SubjectAlert = "alert"

// Alert watches a workspace.
type Alert struct {
	ID, WorkspaceID uuid.UUID
	// Workspace is what people call it; set where an alert is judged.
	Workspace string
	Name      string
	Kind      api.AlertKind
	// Labels and Dataset narrow no_runner down, Operation queue_age; 0 for all.
	Labels    map[string]string
	Dataset   string
	Operation int
	// Threshold is seconds for queue_age, a share for failure_rate. Where
	// Resolve is not zero, a firing alert is well again below that only.
	Threshold, Resolve float64
	// Window and MinCount are failure_rate's.
	Window   time.Duration
	MinCount int
	// For and ResolveFor are how long it must be bad or well before the state
	// turns. RepeatAfter is when it is told again; never where zero.
	For, ResolveFor, RepeatAfter time.Duration
	Emails                       []string
	Language                     string
	Paused                       bool

	State api.AlertState
	Since time.Time
	// PendingSince is since when what is seen contradicts the state.
	PendingSince *time.Time
	// NotifiedAt is when it was told last; nil where it is ok.
	NotifiedAt  *time.Time
	Value       *float64
	EvaluatedAt *time.Time
	MailError   string
	CreatedBy   string
	CreatedAt   time.Time
}

// alertTransitions are the turns of a state that there are.
var alertTransitions = map[api.AlertState][]api.AlertState{
	api.AlertOK:     {api.AlertFiring},
	api.AlertFiring: {api.AlertOK},
}

// CheckAlertTransition refuses a turn that is none: Conflict (wrong_state).
func CheckAlertTransition(from, to api.AlertState) error {
	if slices.Contains(alertTransitions[from], to) {
		return nil
	}
	return fault.New("store.CheckAlertTransition", fault.Conflict, "wrong_state", "An alert that is %s does not become %s.", from, to)
}

// Alerts keeps alerts.
type Alerts interface {
	// AddAlert keeps a new alert. Conflict (too_many_alerts) where the workspace
	// has limit of them, Conflict (alert_name_taken) where one has the name.
	AddAlert(ctx context.Context, a Alert, limit int) (Alert, error)
	// GetAlert is NotFound in any other workspace.
	GetAlert(ctx context.Context, workspace, id uuid.UUID) (Alert, error)
	// ListAlerts lists them, newest first.
	ListAlerts(ctx context.Context, workspace uuid.UUID) ([]Alert, error)
	// ChangeAlert lets change judge and change an alert while nobody else does.
	// What is pending counts anew. An alert that fires and becomes paused
	// resolves, with the event and the e-mails of tell.
	ChangeAlert(ctx context.Context, workspace, id uuid.UUID, change func(*Alert) error, tell TellAlert) (Alert, error)
	// DeleteAlert removes it. One that fires resolves, as ChangeAlert says.
	DeleteAlert(ctx context.Context, workspace, id uuid.UUID, tell TellAlert) error
}

// AlertReading is what is seen of a workspace for one alert, and when.
type AlertReading struct {
	Alert
	// Now is the database's.
	Now time.Time
	// Online is how many of the runners that count are online. Time in which no
	// server was up does not count against them.
	Online int
	// Oldest is how long the oldest task has waited that could run, less the time
	// in which no server was up; nil where there is none.
	Oldest *time.Duration
	// Ended and Failed are of the window.
	Ended, Failed int
}

// AlertVerdict is what a reading says of an alert.
type AlertVerdict struct {
	State        api.AlertState
	PendingSince *time.Time
	Value        *float64
	// Began is since when it was bad or well; set where the state turns.
	Began time.Time
	// Repeat tells again that it fires.
	Repeat bool
}

// AlertNews is what people are told of an alert.
type AlertNews struct {
	Alert
	// Type is one of api.AlertEventTypes.
	Type string
	At   time.Time
	// Began is since when it was bad or well, where that is known.
	Began *time.Time
	// Cause is paused or deleted where a person ended it.
	Cause string
}

// TellAlert puts news into words for people.
type TellAlert func(AlertNews) AlertWords

// AlertWords are news in words.
type AlertWords struct {
	// Message is one sentence, Subject and Body are an e-mail.
	Message, Subject, Body string
}

// AlertMail is an e-mail that this server is to send now.
type AlertMail struct {
	ID, AlertID, WorkspaceID uuid.UUID
	// Attempt fences the outcome, and counts.
	Attempt                  int
	Recipient, Subject, Body string
	CreatedAt                time.Time
}

// AlertMailOutcome is how an attempt went.
type AlertMailOutcome struct {
	ID      uuid.UUID
	Attempt int
	// Trouble is why it was not sent; empty where it was.
	Trouble string
	// Refused says that trying again is of no use.
	Refused bool
	RetryIn time.Duration
}

// What became of an e-mail.
const (
	MailPending = "pending"
	MailSent    = "sent"
	MailFailed  = "failed"
)

// AlertJudging judges alerts and sends what they say. It is right on any number
// of servers at once.
type AlertJudging interface {
	// JudgeNextAlert judges one alert that was not judged for a while, and gives
	// false where none is due, or no server is known to serve. The verdict, its
	// event and its e-mails are kept together or not at all.
	JudgeNextAlert(ctx context.Context, every time.Duration, judge func(*AlertReading) AlertVerdict, tell TellAlert) (judged bool, news *AlertNews, err error)
	// CountFiring counts the alerts that fire, by kind.
	CountFiring(ctx context.Context) (map[api.AlertKind]int, error)
	// LeaseAlertMails hands out e-mails that are due. What is not finished within
	// the lease is handed out again.
	LeaseAlertMails(ctx context.Context, limit int, lease time.Duration) ([]AlertMail, error)
	// FinishAlertMail keeps how an attempt went, and gives the state after it. An
	// attempt that was handed out again changes nothing, and gives "".
	FinishAlertMail(ctx context.Context, o AlertMailOutcome, giveUpAfter time.Duration) (state string, err error)
	// GiveUpAlertMails ends at most limit e-mails that are older than age and that
	// nobody is at, for where no server can send any.
	GiveUpAlertMails(ctx context.Context, age time.Duration, limit int) (int, error)
	// ForgetAlertMails removes at most limit e-mails older than age.
	ForgetAlertMails(ctx context.Context, age time.Duration, limit int) (int, error)
}
