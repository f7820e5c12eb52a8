package httpapi

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"ddap/server/internal/dispatch"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// tasksInput is what a list may ask for, and what a claim may.
type tasksInput struct {
	Wait
	RunnerID     string    `query:"runner_id" format:"uuid" doc:"Tasks that this runner holds or held last"`
	TaskID       string    `query:"task_id" format:"uuid" doc:"For runners: ask for this one task; answered at once, whatever wait says"`
	Instance     string    `query:"instance_id" maxLength:"100" doc:"For runners: random per process start"`
	States       []string  `query:"state,explode" doc:"Tasks in these states; give it several times, or separate states by commas"`
	Reasons      []string  `query:"reason,explode" doc:"Tasks with these reasons, for queued ones why they wait now; several as with state"`
	Operation    int       `query:"operation_code" doc:"Tasks of this operation"`
	PipelineID   string    `query:"pipeline_id" format:"uuid" doc:"Tasks of this pipeline"`
	ScheduleID   string    `query:"schedule_id" format:"uuid" doc:"Tasks that this schedule made"`
	Creator      string    `query:"creator" maxLength:"300" doc:"Tasks made by me, with a key (its id), or with a key for one person (KEY_ID;USER_ID)"`
	Labels       []string  `query:"label,explode" maxItems:"50" doc:"Tasks with this label NAME=VALUE; given several times, with all of them"`
	Text         string    `query:"text" maxLength:"200" doc:"Tasks with this text in their names"`
	CreatedFrom  time.Time `query:"created_from" doc:"Tasks created at this time or later"`
	CreatedTo    time.Time `query:"created_to" doc:"Tasks created before this time"`
	FinishedFrom time.Time `query:"finished_from" doc:"Tasks that ended at this time or later"`
	FinishedTo   time.Time `query:"finished_to" doc:"Tasks that ended before this time"`
	Sort         string    `query:"sort" enum:"created,-created,finished,-finished,priority,-priority,name,-name" doc:"The order, with a minus the highest first; -created when absent. What has not finished comes last by finished"`
	Limit        int       `query:"limit" minimum:"1" maximum:"200" doc:"Size of a page, 50 when absent; for runners, how many tasks to take at most"`
	Cursor       string    `query:"cursor" maxLength:"2000" doc:"The next_cursor of the page before, with the same filters and order"`
	Page         int       `query:"page" minimum:"1" maximum:"10000" doc:"A page by its number, within the first 10,000 tasks, in place of a cursor"`
	PerPage      int       `query:"per_page" minimum:"1" maximum:"200" doc:"Size of a page where page is given; the same as limit"`
}

func (in *tasksInput) options() (dispatch.ListOptions, error) {
	o := dispatch.ListOptions{
		Creator: in.Creator, Sort: in.Sort, Limit: cmp.Or(in.Limit, in.PerPage), Cursor: in.Cursor, Page: in.Page,
	}
	o.RunnerID, o.PipelineID, o.ScheduleID, o.Text = optionalID(in.RunnerID), optionalID(in.PipelineID), optionalID(in.ScheduleID), in.Text
	var wrong []fault.Field
	if code := operation.Code(in.Operation); code != 0 {
		if !slices.Contains(operation.Codes(), code) {
			wrong = append(wrong, fault.Field{Path: "query.operation_code", Message: fmt.Sprintf("must be one of %v", operation.Codes())})
		}
		o.Operations = []operation.Code{code}
	}
	for name, text := range map[string]string{"creator": in.Creator, "text": in.Text} {
		if !printable(text) {
			wrong = append(wrong, fault.Field{Path: "query." + name, Message: "must be text without control characters"})
		}
	}
	o.States, wrong = namesOf("state", in.States, task.States(), wrong)
	o.Reasons, wrong = namesOf("reason", in.Reasons, task.Reasons(), wrong)
	o.Labels, wrong = labelsOf(in.Labels, wrong)
	for _, at := range []struct {
		name string
		from time.Time
		to   **time.Time
	}{
		{"created_from", in.CreatedFrom, &o.CreatedFrom}, {"created_to", in.CreatedTo, &o.CreatedTo},
		{"finished_from", in.FinishedFrom, &o.FinishedFrom}, {"finished_to", in.FinishedTo, &o.FinishedTo},
	} {
		if at.from.IsZero() {
			continue
		}
		if year := at.from.UTC().Year(); year < 1 || year > 9998 {
			wrong = append(wrong, fault.Field{Path: "query." + at.name, Message: "must be from the year 1 to the year 9998"})
		}
		*at.to = &at.from
	}
	if len(wrong) > 0 {
		return o, fault.BadFields("httpapi.listTasks", codeInvalidRequest, wrong...)
	}
	return o, nil
}

// namesOf reads a parameter that is given several times, or holds several
// values between commas, each of which must be known.
func namesOf[T ~string](parameter string, given []string, known []T, wrong []fault.Field) ([]T, []fault.Field) {
	var out []T
	for _, some := range given {
		for name := range strings.SplitSeq(some, ",") {
			value := T(strings.TrimSpace(name))
			if !slices.Contains(known, value) {
				all := make([]string, len(known))
				for i, k := range known {
					all[i] = string(k)
				}
				return nil, append(wrong, operation.UnknownName("query."+parameter, parameter, name, all))
			}
			out = append(out, value)
		}
	}
	return out, wrong
}

func labelsOf(given []string, wrong []fault.Field) (map[string]string, []fault.Field) {
	if len(given) == 0 {
		return nil, wrong
	}
	out := make(map[string]string, len(given))
	for _, label := range given {
		name, value, ok := strings.Cut(label, "=")
		if !ok || name == "" || !printable(label) {
			return nil, append(wrong, fault.Field{Path: "query.label", Message: "must be NAME=VALUE"})
		}
		out[name] = value
	}
	return out, wrong
}
