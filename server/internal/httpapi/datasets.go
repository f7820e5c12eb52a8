package httpapi

import (
	"context"
	"net/http"

	"ddap/shared/api"
)

func (s *Server) addDatasets() {
	add(s, route{
		method: http.MethodGet, path: "/v1/datasets", id: "list-datasets", tag: tagDatasets,
		summary: "List what runners share", description: "By name, with columns, types and policy, which runner shares it, and whether that is online.",
	}, s.listDatasets)
}

func (s *Server) listDatasets(ctx context.Context, in *pageInput) (*out[api.DatasetList], error) {
	return answer(s.services.Registry.Datasets(ctx, principalOf(ctx), in.Limit, in.Cursor))
}
