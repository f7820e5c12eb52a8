package pipelines

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"ddap/server/internal/admission"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

// plan drafts the steps of a pipeline and replaces the refs in their sources by
// the ids of the tasks that they will be. The error is Invalid and names what
// is wrong with its place: a ref that stands twice, is not known, or leads back
// to its own step.
func plan(pipelineID uuid.UUID, req api.PipelineRequest) ([]*admission.Draft, error) {
	const op = "pipelines.plan"
	steps, fields := index(req.Tasks)
	if len(fields) > 0 {
		return nil, fault.BadFields(op, "invalid_ref", fields...)
	}
	drafts := make([]*admission.Draft, len(req.Tasks))
	for i, step := range req.Tasks {
		d, err := admission.NewDraft(stepPath(i), request(step))
		if err != nil {
			return nil, err
		}
		d.PipelineID, d.Position, d.Ref = &pipelineID, i, step.Ref
		drafts[i] = d
	}
	needs, fields := resolve(drafts, steps, req.Tasks)
	if len(fields) > 0 {
		return nil, fault.BadFields(op, "unknown_ref", fields...)
	}
	if cycle := findCycle(needs); cycle != nil {
		return nil, fault.BadFields(op, "circular_pipeline", circle(drafts, cycle))
	}
	for i, d := range drafts {
		if len(needs[i]) == 0 {
			continue
		}
		if err := d.SourcesChanged(); err != nil {
			return nil, err
		}
	}
	return drafts, nil
}

func stepPath(i int) string { return fmt.Sprintf("tasks[%d].", i) }

func request(step api.PipelineStep) api.TaskRequest {
	name := step.Name
	if name == "" {
		name = step.Ref
	}
	return api.TaskRequest{
		Name: name, OperationCode: step.OperationCode, Params: step.Params, RunnerID: step.RunnerID,
		Labels: step.Labels, Priority: step.Priority, RunAt: step.RunAt, Deadline: step.Deadline,
		TimeoutSeconds: step.TimeoutSeconds, MaxAttempts: step.MaxAttempts,
	}
}

// index finds steps by their refs.
func index(steps []api.PipelineStep) (map[string]int, []fault.Field) {
	at := make(map[string]int, len(steps))
	var fields []fault.Field
	for i, step := range steps {
		path := stepPath(i) + "ref"
		first, twice := at[step.Ref]
		switch {
		case step.Ref == "":
			fields = append(fields, fault.Field{Path: path, Message: "is required"})
		case twice:
			fields = append(fields, fault.Field{Path: path, Message: fmt.Sprintf("%q is the ref of tasks[%d] already", step.Ref, first)})
		default:
			at[step.Ref] = i
		}
	}
	return at, fields
}

// edge is one source of a step that names another step.
type edge struct {
	to   int
	path string
}

// resolve puts ids in place of refs, and gives which steps each one needs. What
// is the id of a task is left alone.
func resolve(drafts []*admission.Draft, steps map[string]int, named []api.PipelineStep) (needs [][]edge, fields []fault.Field) {
	refs := make([]string, len(named))
	for i, step := range named {
		refs[i] = step.Ref
	}
	needs = make([][]edge, len(drafts))
	for i, d := range drafts {
		for _, at := range d.Params.Sources() {
			ref, path := at.Source.Task, d.At+at.Path+".task"
			if ref == "" {
				continue
			}
			to, ok := steps[ref]
			if !ok {
				if _, err := uuid.Parse(ref); err != nil {
					fields = append(fields, operation.UnknownName(path, "step of this pipeline", ref, refs))
				}
				continue
			}
			at.Source.Task = drafts[to].ID.String()
			needs[i] = append(needs[i], edge{to, path})
		}
	}
	return needs, fields
}

// findCycle gives the edges of one circle among the steps, nil where there is none.
func findCycle(needs [][]edge) []edge {
	const (
		unseen = iota
		open
		done
	)
	state := make([]int, len(needs))
	var path []edge
	var visit func(i int) []edge
	visit = func(i int) []edge {
		state[i] = open
		for _, e := range needs[i] {
			path = append(path, e)
			switch state[e.to] {
			case open:
				return circleOf(path, e.to)
			case unseen:
				if cycle := visit(e.to); cycle != nil {
					return cycle
				}
			}
			path = path[:len(path)-1]
		}
		state[i] = done
		return nil
	}
	for i := range needs {
		if state[i] == unseen {
			if cycle := visit(i); cycle != nil {
				return cycle
			}
		}
	}
	return nil
}

// circleOf cuts off the way that led into the circle at step start.
func circleOf(path []edge, start int) []edge {
	for i := len(path) - 2; i >= 0; i-- {
		if path[i].to == start {
			return path[i+1:]
		}
	}
	return path
}

func circle(drafts []*admission.Draft, cycle []edge) fault.Field {
	names := make([]string, 0, len(cycle)+1)
	for _, e := range cycle {
		names = append(names, drafts[e.to].Ref)
	}
	last := cycle[len(cycle)-1]
	names = append([]string{drafts[last.to].Ref}, names...)
	return fault.Field{Path: last.path, Message: "needs its own output: " + strings.Join(names, " → ")}
}
