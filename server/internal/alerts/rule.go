package alerts

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/i18n"
)

const (
	defaultNoRunnerFor = 5 * time.Minute
	defaultResolveFor  = time.Minute
	defaultRepeat      = 4 * time.Hour
	defaultWindow      = 15 * time.Minute
	defaultMinCount    = 10
	// minRepeat keeps an alert from telling at every look.
	minRepeat = time.Minute
	maxLabels = 64
)

var languages = []string{string(i18n.English), string(i18n.Indonesian)}

// emailPattern is what HTML takes as an e-mail address
// (https://html.spec.whatwg.org/#valid-e-mail-address): nothing in it means
// anything in a header or in a command of SMTP.
var emailPattern = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~` + "`" + `-]{1,64}@` +
	`[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$`)

const maxEmail = 254 // RFC 5321, section 4.5.3.1.3, less the brackets

// fieldOf says which kinds take a field of the rule.
var fieldOf = map[string][]api.AlertKind{
	"labels": {api.AlertNoRunner}, "dataset": {api.AlertNoRunner}, "operation_code": {api.AlertQueueAge},
	"threshold": {api.AlertQueueAge, api.AlertFailureRate}, "resolve_threshold": {api.AlertQueueAge, api.AlertFailureRate},
	"window_seconds": {api.AlertFailureRate}, "min_count": {api.AlertFailureRate},
}

// apply changes an alert as asked, and judges what comes of it.
func (s *Service) apply(op string, a *store.Alert, patch api.AlertPatch) error {
	wrong := foreign(a.Kind, patch.AlertRule)
	set(&a.Labels, patch.Labels)
	set(&a.Dataset, patch.Dataset)
	set(&a.Operation, patch.OperationCode)
	set(&a.Threshold, patch.Threshold)
	set(&a.Resolve, patch.ResolveThreshold)
	set(&a.MinCount, patch.MinCount)
	set(&a.Language, patch.Language)
	set(&a.Paused, patch.Paused)
	for into, from := range map[*time.Duration]*int{
		&a.Window: patch.WindowSeconds, &a.For: patch.ForSeconds, &a.ResolveFor: patch.ResolveSeconds, &a.RepeatAfter: patch.RepeatSeconds,
	} {
		if from != nil {
			*into = time.Duration(*from) * time.Second
		}
	}
	if patch.Name != nil {
		a.Name = strings.TrimSpace(*patch.Name)
	}
	if patch.Notify != nil {
		a.Emails = patch.Notify.Emails
		wrong = append(wrong, s.checkEmails(a.Emails)...)
	}
	if wrong = append(wrong, check(a)...); len(wrong) > 0 {
		return fault.BadFields(op, "invalid_alert", wrong...)
	}
	return nil
}

func set[T any](into, from *T) {
	if from != nil {
		*into = *from
	}
}

// foreign names fields that alerts of another kind have.
func foreign(kind api.AlertKind, rule api.AlertRule) (wrong []fault.Field) {
	given := map[string]bool{
		"labels": rule.Labels != nil, "dataset": rule.Dataset != nil, "operation_code": rule.OperationCode != nil,
		"threshold": rule.Threshold != nil, "resolve_threshold": rule.ResolveThreshold != nil,
		"window_seconds": rule.WindowSeconds != nil, "min_count": rule.MinCount != nil,
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if given[name] && !slices.Contains(fieldOf[name], kind) {
			wrong = append(wrong, fault.Field{Path: name, Message: "must be absent: an alert of the kind " + string(kind) + " does not look at it"})
		}
	}
	return wrong
}

// check judges a rule as a whole.
func check(a *store.Alert) (wrong []fault.Field) {
	refuse := func(bad bool, path, message string) {
		if bad {
			wrong = append(wrong, fault.Field{Path: path, Message: message})
		}
	}
	refuse(a.Name == "" || !printable(a.Name), "name", "must have at least one character and no control characters")
	refuse(!printable(a.Dataset), "dataset", "must have no control characters")
	refuse(len(a.Labels) > maxLabels, "labels", fmt.Sprintf("takes at most %d labels", maxLabels))
	for _, key := range slices.Sorted(maps.Keys(a.Labels)) {
		refuse(key == "" || !printable(key) || !printable(a.Labels[key]), "labels."+key, "must have a name, and no control characters")
	}
	switch a.Kind {
	case api.AlertQueueAge:
		refuse(a.Threshold <= 0, "threshold", "must be the age in seconds from which it is bad")
	case api.AlertFailureRate:
		refuse(a.Threshold <= 0 || a.Threshold > 1, "threshold", "must be a share above 0 and up to 1, as in 0.2")
	case api.AlertNoRunner: // none is bad
	}
	refuse(a.Resolve > a.Threshold, "resolve_threshold", "must not be above threshold")
	refuse(a.RepeatAfter > 0 && a.RepeatAfter < minRepeat, "repeat_seconds", fmt.Sprintf("must be 0, or from %d up", seconds(minRepeat)))
	return wrong
}

func (s *Service) checkEmails(emails []string) (wrong []fault.Field) {
	if len(emails) > 0 && s.post == nil {
		return []fault.Field{{Path: "notify.emails", Message: "must be empty: this server sends no e-mail until its operator sets --smtp-url"}}
	}
	seen := map[string]bool{}
	for i, address := range emails {
		at := fmt.Sprintf("notify.emails[%d]", i)
		switch {
		case len(address) > maxEmail || !emailPattern.MatchString(address):
			wrong = append(wrong, fault.Field{Path: at, Message: "must be an e-mail address and nothing else, as in ann@example.org"})
		case seen[strings.ToLower(address)]:
			wrong = append(wrong, fault.Field{Path: at, Message: "stands twice"})
		}
		seen[strings.ToLower(address)] = true
	}
	return wrong
}

func printable(text string) bool { return !strings.ContainsFunc(text, unicode.IsControl) }
