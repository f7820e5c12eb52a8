package registry

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/result"
)

const codeInvalid = "invalid_request"

// Limits of labels. They are matched against every waiting task.
const (
	maxLabels     = 64
	maxLabelKey   = 63
	maxLabelValue = 255
)

// cleanName trims a name that people gave, which must say something.
func cleanName(op, name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || !printable(name) {
		return "", fault.BadFields(op, codeInvalid, fault.Field{Path: "name", Message: "must have at least one character and no control characters"})
	}
	return name, nil
}

func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

func checkLabels(op string, labels map[string]string) error {
	var wrong []fault.Field
	if len(labels) > maxLabels {
		wrong = append(wrong, fault.Field{Path: "labels", Message: fmt.Sprintf("takes at most %d labels, not %d", maxLabels, len(labels))})
	}
	for key, value := range labels {
		if key == "" || len(key) > maxLabelKey || !printable(key) || strings.ContainsAny(key, "=,") {
			wrong = append(wrong, fault.Field{Path: "labels." + key, Message: fmt.Sprintf("must have a name of 1 to %d bytes without = and ,", maxLabelKey)})
		}
		if len(value) > maxLabelValue || !printable(value) {
			wrong = append(wrong, fault.Field{Path: "labels." + key, Message: fmt.Sprintf("must have a value of at most %d printable bytes", maxLabelValue)})
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.SortFunc(wrong, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
	return fault.BadFields(op, codeInvalid, wrong...)
}

// maxOperation is far above every code: a newer runner may know operations that
// this server does not.
const maxOperation = 1_000_000

func checkOperations(op string, codes []int) error {
	for i, code := range codes {
		if code < 1 || code > maxOperation {
			return fault.BadFields(op, codeInvalid, fault.Field{
				Path: fmt.Sprintf("operations[%d]", i), Message: fmt.Sprintf("must be from 1 to %d", maxOperation),
			})
		}
	}
	return nil
}

// checkOffers finds what the schema of a request cannot say of the datasets
// that a runner offers, and fills in the policies' defaults.
func checkOffers(op string, offers []api.DatasetOffer) ([]api.DatasetOffer, error) {
	var wrong []fault.Field
	seen := map[string]bool{}
	out := slices.Clone(offers)
	for i := range out {
		at := fmt.Sprintf("datasets[%d]", i)
		switch {
		case strings.TrimSpace(out[i].Name) == "" || !printable(out[i].Name):
			wrong = append(wrong, fault.Field{Path: at + ".name", Message: "must have at least one character and no control characters"})
		case seen[out[i].Name]:
			wrong = append(wrong, fault.Field{Path: at + ".name", Message: fmt.Sprintf("stands twice: %q", out[i].Name)})
		}
		seen[out[i].Name] = true
		wrong = append(wrong, checkColumns(at, out[i].Columns)...)
		switch {
		case out[i].Policy != result.Aggregates:
			out[i].MinGroupSize = 0
		case out[i].MinGroupSize == 0:
			out[i].MinGroupSize = result.DefaultMinGroupSize
		}
	}
	if len(wrong) > 0 {
		return nil, fault.BadFields(op, codeInvalid, wrong...)
	}
	return out, nil
}

func checkColumns(at string, columns []result.Column) []fault.Field {
	var wrong []fault.Field
	seen := map[string]bool{}
	for i, column := range columns {
		if seen[column.Name] {
			wrong = append(wrong, fault.Field{Path: fmt.Sprintf("%s.columns[%d].name", at, i), Message: fmt.Sprintf("stands twice: %q", column.Name)})
		}
		seen[column.Name] = true
	}
	return wrong
}
