package webhooks

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

// everything is the type that stands for all.
const everything = "*"

// typePattern is SUBJECT or SUBJECT.VERB.
var typePattern = regexp.MustCompile(`^[a-z][a-z_]{0,49}(\.[a-z][a-z_]{0,49})?$`)

// subjects are what events are about. One that is not among them would never come.
var subjects = []string{store.SubjectTask, store.SubjectRunner, store.SubjectWebhook, store.SubjectAlert}

// taskTypes and those of alerts are known to the last; other subjects may get more.
var taskTypes = func() (known []string) {
	for _, t := range []api.EventType{
		api.EventCreated, api.EventScheduled, api.EventBlocked, api.EventQueued, api.EventLeased, api.EventRunning,
		api.EventSucceeded, api.EventFailed, api.EventCanceled, api.EventStopped, api.EventStage,
	} {
		known = append(known, "task."+string(t))
	}
	return known
}()

// check judges what a person asks for; nil is what they leave as it is.
func (s *Service) check(op string, name, address *string, types []string) error {
	var wrong []fault.Field
	if name != nil {
		*name = strings.TrimSpace(*name)
		if *name == "" || strings.ContainsFunc(*name, unicode.IsControl) {
			wrong = append(wrong, fault.Field{Path: "name", Message: "must have at least one character and no control characters"})
		}
	}
	if address != nil {
		if problem := checkURL(*address, s.settings.AllowPrivate); problem != "" {
			wrong = append(wrong, fault.Field{Path: "url", Message: problem})
		}
	}
	for i, t := range types {
		at := fmt.Sprintf("types[%d]", i)
		switch {
		case t == everything:
		case !typePattern.MatchString(t):
			wrong = append(wrong, fault.Field{Path: at, Message: "must be a type of events, as in task.failed, a subject, as in runner, or *"})
		case !slices.Contains(subjects, subjectOf(t)):
			wrong = append(wrong, operation.UnknownName(at, "subject of events", subjectOf(t), subjects))
		case strings.HasPrefix(t, "task.") && !slices.Contains(taskTypes, t):
			wrong = append(wrong, operation.UnknownName(at, "type of events", t, taskTypes))
		case strings.HasPrefix(t, "alert.") && !slices.Contains(api.AlertEventTypes(), t):
			wrong = append(wrong, operation.UnknownName(at, "type of events", t, api.AlertEventTypes()))
		}
	}
	if len(wrong) > 0 {
		return fault.BadFields(op, "invalid_webhook", wrong...)
	}
	return nil
}

// subjectOf gives what comes before the verb.
func subjectOf(eventType string) string {
	subject, _, _ := strings.Cut(eventType, ".")
	return subject
}

// checkURL says what is wrong with an address as it is written. Where it leads
// is judged anew at each connection.
func checkURL(text string, allowed []netip.Prefix) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return "must be an address as in https://example.org/hook"
	case u.User != nil:
		return "must have no user and no password in it: they would be shown"
	case u.Fragment != "":
		return "must have no fragment"
	case u.Scheme != "https" && (u.Scheme != "http" || len(allowed) == 0):
		return "must begin with https://"
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !mayDial(ip, u.Scheme == "https", allowed) {
		return "must not lead to a private, local or reserved address; this server's operator can allow some with --webhook-allow-private"
	}
	return ""
}

// wants reports whether a subscription to these types covers an event.
func wants(types []string, eventType, subject string) bool {
	return slices.ContainsFunc(types, func(t string) bool { return t == everything || t == eventType || t == subject })
}
