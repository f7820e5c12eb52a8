package registry

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"ddap/server/internal/paging"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// PutDatasets makes a runner's offers the whole of what it shares, and answers
// with the list and its ids. A runner speaks for itself only: for another id it
// is Forbidden.
func (s *Service) PutDatasets(ctx context.Context, runner store.Principal, id uuid.UUID, req api.DatasetsRequest) (api.DatasetList, error) {
	const op = "registry.PutDatasets"
	if runner.ID != id {
		return api.DatasetList{}, fault.New(op, fault.Forbidden, "wrong_runner", "A runner can only change what it shares itself.")
	}
	offers, err := checkOffers(op, req.Datasets)
	if err != nil {
		return api.DatasetList{}, err
	}
	if err := s.records.PutDatasets(ctx, id, offers, req.Revision); err != nil {
		return api.DatasetList{}, err
	}
	s.dispatcher.Summon(id)
	return s.listDatasets(ctx, runner.WorkspaceID, store.DatasetPage{RunnerID: id, Limit: len(offers) + 1})
}

// datasetList is the list by name that Datasets gives.
var datasetList = paging.List{Noun: "datasets"}

// Datasets lists a page of what the workspace's runners share now, by name.
func (s *Service) Datasets(ctx context.Context, p store.Principal, limit int, cursor string) (api.DatasetList, error) {
	page := store.DatasetPage{Limit: min(cmp.Or(limit, maxPage), maxPage)}
	after, err := datasetList.Read("registry.Datasets", cursor)
	if err != nil {
		return api.DatasetList{}, err
	}
	if after != nil {
		page.AfterName, page.AfterID = after.Key, after.ID
	}
	return s.listDatasets(ctx, p.WorkspaceID, page)
}

func (s *Service) listDatasets(ctx context.Context, workspace uuid.UUID, page store.DatasetPage) (api.DatasetList, error) {
	more := page
	more.Limit++ // which tells whether another page follows
	datasets, err := s.records.ListDatasets(ctx, workspace, more)
	if err != nil {
		return api.DatasetList{}, err
	}
	list := api.DatasetList{Datasets: make([]api.Dataset, 0, len(datasets))}
	if len(datasets) > page.Limit {
		datasets = datasets[:page.Limit]
		last := datasets[page.Limit-1]
		list.NextCursor = datasetList.After(store.ListPlace{Key: last.Name, ID: last.ID})
	}
	for _, d := range datasets {
		list.Datasets = append(list.Datasets, viewDataset(d))
	}
	return list, nil
}

func viewDataset(d store.Dataset) api.Dataset {
	return api.Dataset{
		ID: d.ID.String(), Name: d.Name, Columns: d.Columns, Policy: d.Policy, MinGroupSize: d.MinGroupSize,
		Rows: d.Rows, Revision: d.Revision, Description: d.Description, Publish: d.Publish, Reading: d.Reading,
		RunnerID: d.RunnerID.String(), RunnerName: d.RunnerName, Online: d.Online,
	}
}
