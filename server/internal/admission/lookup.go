package admission

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

// known is what the workspace has of what the drafts name.
type known struct {
	drafts   map[uuid.UUID]*Draft
	tasks    map[uuid.UUID]store.InputTask
	byName   map[string][]store.KnownDataset
	byID     map[uuid.UUID]store.KnownDataset
	uploads  map[uuid.UUID]store.Upload
	runners  []uuid.UUID
	allNames []string
}

// lookUp reads everything that the drafts name, in a fixed number of queries.
func lookUp(ctx context.Context, s Store, workspaceID uuid.UUID, drafts []*Draft) (*known, error) {
	k := &known{
		drafts: make(map[uuid.UUID]*Draft), tasks: make(map[uuid.UUID]store.InputTask),
		byName: make(map[string][]store.KnownDataset), byID: make(map[uuid.UUID]store.KnownDataset),
	}
	names, datasetIDs, taskIDs, runnerIDs := mentioned(drafts)
	for _, d := range drafts {
		k.drafts[d.ID] = d
	}
	datasets, err := s.FindDatasets(ctx, workspaceID, names, datasetIDs)
	if err != nil {
		return nil, err
	}
	for _, d := range datasets {
		k.byID[d.ID] = d
		k.byName[d.Name] = append(k.byName[d.Name], d)
	}
	tasks, err := s.FindInputs(ctx, workspaceID, taskIDs)
	if err != nil {
		return nil, err
	}
	for _, t := range tasks {
		k.tasks[t.ID] = t
	}
	if k.uploads, err = lookUpUploads(ctx, s, workspaceID, drafts); err != nil {
		return nil, err
	}
	if k.runners, err = s.FindRunnerIDs(ctx, workspaceID, runnerIDs); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(names, func(n string) bool { return k.byName[n] == nil }) {
		k.allNames, err = s.ListDatasetNames(ctx, workspaceID)
	}
	return k, err
}

// mentioned lists what the drafts name; malformed ids are left to the checks.
func mentioned(drafts []*Draft) (names []string, datasetIDs, taskIDs, runnerIDs []uuid.UUID) {
	add := func(ids *[]uuid.UUID, text string) {
		if id, err := uuid.Parse(text); err == nil {
			*ids = append(*ids, id)
		}
	}
	for _, d := range drafts {
		add(&runnerIDs, d.Request.RunnerID)
		for _, at := range d.Params.Sources() {
			if at.Source.Dataset != "" {
				names = append(names, at.Source.Dataset)
			}
			add(&datasetIDs, at.Source.DatasetID)
			add(&taskIDs, at.Source.Task)
		}
	}
	return names, datasetIDs, taskIDs, runnerIDs
}

// runner gives the runner that a draft asks for.
func (k *known) runner(d *Draft, p *problems) *uuid.UUID {
	if d.Request.RunnerID == "" {
		return nil
	}
	id, err := uuid.Parse(d.Request.RunnerID)
	if err != nil || !slices.Contains(k.runners, id) {
		p.add("unknown_runner", d.At+"runner_id", "is not a runner of this workspace")
		return nil
	}
	return &id
}

// input gives what one source stands for.
func (k *known) input(d *Draft, at operation.SourceAt, pinned *uuid.UUID, p *problems) store.NewInput {
	in := store.NewInput{Path: at.Path, NeedsData: at.Reads == operation.ReadsRows}
	switch src := at.Source; {
	case src.Task != "":
		in.TaskID = k.task(d, at, p)
	case src.Upload != "":
		in.UploadID = k.upload(d, at, p)
	case src.DatasetID != "":
		id, err := uuid.Parse(src.DatasetID)
		dataset, ok := k.byID[id]
		if err != nil || !ok {
			p.add(api.CodeUnknownDataset, d.At+at.Path+".dataset_id", "is not a dataset of this workspace")
			break
		}
		k.checkPlace(d.At+at.Path+".dataset_id", &dataset, pinned, p)
		in.DatasetID, in.DatasetName = &id, dataset.Name
	default:
		in.DatasetName = src.Dataset
		k.checkName(d.At+at.Path+".dataset", src.Dataset, pinned, p)
	}
	return in
}

func (k *known) task(d *Draft, at operation.SourceAt, p *problems) *uuid.UUID {
	path := d.At + at.Path + ".task"
	id, err := uuid.Parse(at.Source.Task)
	if err != nil {
		p.add("unknown_task", path, "is not the id of a task")
		return nil
	}
	var code operation.Code
	var name string
	var model operation.Model
	if draft, ok := k.drafts[id]; ok {
		code, name = draft.Params.Code(), draft.Request.Name
		model = operation.ModelOf(draft.Params)
	} else if t, ok := k.tasks[id]; ok {
		code, name, model = t.Operation, t.Name, t.Model
	} else {
		p.add("unknown_task", path, "is not a task of this workspace")
		return nil
	}
	switch {
	case at.Reads == operation.ReadsModel && !operation.Trains(code, model):
		p.add(api.CodeInvalidParams, path, fmt.Sprintf("“%s” is %s, which trains no model; name a task that does", name, code.Name()))
	case at.Reads == operation.ReadsRows && !operation.LeavesRows(code, model):
		p.add(api.CodeInvalidParams, path, fmt.Sprintf(
			"“%s” is %s, which leaves no rows; name a task that fetches, filters or predicts", name, code.Name()))
	}
	return &id
}

// checkPlace judges whether the task can ever run where the dataset is.
func (k *known) checkPlace(path string, dataset *store.KnownDataset, pinned *uuid.UUID, p *problems) {
	switch {
	case dataset.Removed:
		p.add(api.CodeUnknownDataset, path, "was shared by a computer that was removed: "+dataset.RunnerName)
	case pinned != nil && *pinned != dataset.RunnerID:
		p.add(api.CodeInvalidParams, path, "is on another computer than the one that runner_id asks for: "+dataset.RunnerName)
	}
}

// checkName judges whether a bare name means one thing: it may stand for any of
// several runners' datasets only while they are alike.
func (k *known) checkName(path, name string, pinned *uuid.UUID, p *problems) {
	all := k.byName[name]
	if len(all) == 0 {
		p.fields(api.CodeUnknownDataset, operation.UnknownName(path, "dataset", name, k.allNames))
		return
	}
	live := slices.DeleteFunc(slices.Clone(all), func(d store.KnownDataset) bool {
		return !d.Live || (pinned != nil && d.RunnerID != *pinned)
	})
	for _, d := range live[min(1, len(live)):] {
		if !alike(live[0], d) {
			p.ambiguous(path, name, live)
			return
		}
	}
}

func alike(a, b store.KnownDataset) bool {
	return a.Policy == b.Policy && a.MinGroupSize == b.MinGroupSize && reflect.DeepEqual(a.Columns, b.Columns)
}

// maxProblems keeps the answer to a thoroughly wrong batch short.
const maxProblems = 50

// problems gathers what is wrong with all drafts.
type problems struct {
	code     string
	list     []fault.Field
	conflict error
}

func (p *problems) add(code, path, message string) {
	p.fields(code, fault.Field{Path: path, Message: message})
}

func (p *problems) fields(code string, fields ...fault.Field) {
	if p.code == "" {
		p.code = code
	}
	if len(p.list) < maxProblems {
		p.list = append(p.list, fields...)
	}
}

func (p *problems) ambiguous(path, name string, candidates []store.KnownDataset) {
	if p.conflict != nil {
		return
	}
	names := make([]string, len(candidates))
	for i, c := range candidates {
		names[i] = fmt.Sprintf("%s on %s", c.ID, c.RunnerName)
	}
	e := fault.New("admission.Admit", fault.Conflict, api.CodeAmbiguousDataset,
		"“%s” is shared by several computers with different columns or policies; name one by dataset_id: %s", name, strings.Join(names, ", "))
	e.Fields = []fault.Field{{Path: path, Message: "stands for different datasets: " + strings.Join(names, ", ")}}
	p.conflict = e
}

// err gives everything that is wrong as one error. What is not valid comes
// before what is ambiguous: it must be mended first in any case.
func (p *problems) err(op string) error {
	if len(p.list) > 0 {
		return fault.BadFields(op, p.code, p.list...)
	}
	return p.conflict
}
