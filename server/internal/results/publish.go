package results

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/result"
	"ddap/shared/task"
)

// publishable says whether p may show the result of t to everybody: only where
// the owner of every dataset that it stands on lets them now, and every upload is
// p's own. Where that cannot be known, the answer is no. Runners read results to
// work with them; of them nobody asks.
func (s *Service) publishable(ctx context.Context, p store.Principal, t *store.Task) (refused []api.PublishRefusal, err error) {
	if p.Kind == credential.Runner {
		return nil, nil
	}
	if t.State != task.Succeeded {
		return []api.PublishRefusal{{Code: api.PublishNoResult, TaskID: t.ID.String(), Why: "The task has no result yet, or ended without one."}}, nil
	}
	line, err := s.store.ListAncestors(ctx, t.WorkspaceID, t.ID)
	if err != nil {
		return nil, err
	}
	var j judgement
	for i := range line {
		j.addTask(&line[i])
	}
	if len(j.datasets)+len(j.uploads)+len(j.refused) == 0 {
		j.unknown(&line[0], line[0].Name)
	}
	datasets, err := s.store.FindDatasets(ctx, t.WorkspaceID, nil, sortedIDs(j.datasets))
	if err != nil {
		return nil, err
	}
	uploads, err := s.store.FindUploads(ctx, t.WorkspaceID, sortedIDs(j.uploads))
	if err != nil {
		return nil, err
	}
	j.judgeDatasets(datasets)
	j.judgeUploads(p, uploads)
	return j.inOrder(), nil
}

// judgement collects what a result stands on, and why it may not be shown.
type judgement struct {
	datasets map[uuid.UUID]reader
	uploads  map[uuid.UUID]reader
	refused  []api.PublishRefusal
}

// reader is the first task that read something, and what it calls that.
type reader struct {
	task uuid.UUID
	name string
}

// addTask collects what one task read: all that its parameters name, and all
// that its runner says.
func (j *judgement) addTask(a *store.Ancestor) {
	if !a.Known {
		j.refuse(api.PublishRefusal{Code: api.PublishInputGone, TaskID: a.TaskID.String(), Why: "A task that it was made from is deleted, so that nobody can say what that had read."})
		return
	}
	for _, d := range a.Datasets {
		switch {
		case d.ID != nil:
			add(&j.datasets, *d.ID, reader{a.TaskID, d.Name})
		case !slices.ContainsFunc(a.Sources, func(s result.Source) bool { return s.DatasetID != "" && s.Name == d.Name }):
			j.unknown(a, d.Name)
		}
	}
	for _, id := range a.Uploads {
		add(&j.uploads, id, reader{task: a.TaskID})
	}
	for _, s := range a.Sources {
		dataset, err := uuid.Parse(s.DatasetID)
		upload, uploadErr := uuid.Parse(s.UploadID)
		switch {
		case err == nil:
			add(&j.datasets, dataset, reader{a.TaskID, s.Name})
		case uploadErr == nil:
			add(&j.uploads, upload, reader{a.TaskID, s.Name})
		default:
			j.unknown(a, s.Name)
		}
	}
}

func add(to *map[uuid.UUID]reader, id uuid.UUID, by reader) {
	if *to == nil {
		*to = map[uuid.UUID]reader{}
	}
	if old, there := (*to)[id]; !there || old.name == "" {
		(*to)[id] = by
	}
}

func (j *judgement) unknown(a *store.Ancestor, name string) {
	j.refuse(api.PublishRefusal{
		Code: api.PublishUnknownSource, Name: name, TaskID: a.TaskID.String(),
		Why: fmt.Sprintf("The result of “%s” does not say whose dataset “%s” it read.", a.Name, name),
	})
}

func (j *judgement) refuse(r api.PublishRefusal) { j.refused = append(j.refused, r) }

func (j *judgement) judgeDatasets(found []store.KnownDataset) {
	for id, by := range j.datasets {
		i := slices.IndexFunc(found, func(d store.KnownDataset) bool { return d.ID == id })
		refusal := api.PublishRefusal{Code: api.PublishNotShared, Name: by.name, DatasetID: id.String(), TaskID: by.task.String()}
		switch {
		case i < 0:
			refusal.Why = fmt.Sprintf("The dataset “%s” is not known any more.", by.name)
		case found[i].Removed:
			refusal.Why = fmt.Sprintf("The computer that shared the dataset “%s” was removed.", found[i].Name)
		case !found[i].Live:
			refusal.Why = fmt.Sprintf("The dataset “%s” is not shared any more.", found[i].Name)
		case !found[i].Publish:
			refusal.Code = api.PublishOff
			refusal.Why = fmt.Sprintf("The owner of the dataset “%s” does not let results be shown to everybody.", found[i].Name)
		default:
			continue
		}
		j.refuse(refusal)
	}
}

func (j *judgement) judgeUploads(p store.Principal, found []store.Upload) {
	for id, by := range j.uploads {
		i := slices.IndexFunc(found, func(u store.Upload) bool { return u.ID == id })
		refusal := api.PublishRefusal{Name: by.name, UploadID: id.String(), TaskID: by.task.String()}
		switch {
		case i < 0:
			refusal.Code, refusal.Why = api.PublishUploadGone, "A file that it was made from is deleted, so that nobody can say who had sent it."
		case !found[i].OwnedBy(p):
			refusal.Code, refusal.Name = api.PublishUploadOfOther, found[i].Name
			refusal.Why = fmt.Sprintf("Somebody else has sent the file “%s”; only they may show what was made from it.", found[i].Name)
		default:
			continue
		}
		j.refuse(refusal)
	}
}

// inOrder gives the reasons in one order, whatever that of maps was.
func (j *judgement) inOrder() []api.PublishRefusal {
	slices.SortFunc(j.refused, func(a, b api.PublishRefusal) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Name, b.Name), cmp.Compare(a.DatasetID, b.DatasetID),
			cmp.Compare(a.UploadID, b.UploadID), cmp.Compare(a.TaskID, b.TaskID))
	})
	refused := slices.Compact(j.refused)
	return refused[:min(len(refused), api.MaxPublishRefusals)]
}

func sortedIDs(of map[uuid.UUID]reader) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(of))
	for id := range of {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return cmp.Compare(a.String(), b.String()) })
	return ids
}
