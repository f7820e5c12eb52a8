package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

func (s *Server) addResults() {
	add(s, route{
		method: http.MethodPost, path: "/v1/result", id: "report-result", tag: tagWork,
		summary: "End an attempt",
		description: "Reports how an attempt ended. Only the holder of its lease can; the same report again is answered as before. " +
			"released gives the task back without using up an attempt; canceled confirms that the work has stopped.",
	}, s.report)
	add(s, route{
		method: http.MethodPost, path: "/v1/results", id: "report-results", tag: tagWork,
		summary: "End up to 100 attempts", description: "Each report is judged by itself, and answered in the order of the request with either an ack or a problem.",
		request: s.schemaOf(api.ResultBatch{}),
	}, s.reportAll)
	add(s, route{
		method: http.MethodGet, path: "/v1/result/{task_id}", id: "get-result", tag: tagTasks,
		summary: "Get a task's result", description: "Or how far the task has come. With wait it is a long poll that is answered when the task ends. A runner may ask for what its tasks need.",
	}, s.getResult)
}

func (s *Server) report(ctx context.Context, in *withBody[api.ResultReport]) (*out[api.ResultAck], error) {
	return answer(s.services.Results.Accept(ctx, principalOf(ctx), in.Body))
}

// rawBatch leaves the reports of a batch as they came: a single one that is
// wrong must not keep the others from being accepted.
type rawBatch struct {
	Results []json.RawMessage `json:"results"`
}

func (s *Server) reportAll(ctx context.Context, in *withBody[rawBatch]) (*out[api.ResultsAck], error) {
	const op = "httpapi.reportAll"
	if n := len(in.Body.Results); n == 0 || n > api.MaxResults {
		return nil, fault.BadFields(op, codeInvalidRequest, fault.Field{Path: "results", Message: fmt.Sprintf("must have from 1 to %d reports, not %d", api.MaxResults, n)})
	}
	answers := api.ResultsAck{Results: make([]api.ResultAnswer, 0, len(in.Body.Results))}
	for i, raw := range in.Body.Results {
		ack, err := s.reportOne(ctx, raw)
		if err == nil {
			answers.Results = append(answers.Results, api.ResultAnswer{Ack: &ack})
			continue
		}
		if fault.Is(err, fault.Unavailable) {
			return nil, err // nothing is wrong with the reports; the runner sends them again
		}
		p := problemOf(ctx, s.log, err)
		for j := range p.Errors {
			p.Errors[j].Path = join(fmt.Sprintf("results[%d]", i), p.Errors[j].Path)
		}
		answers.Results = append(answers.Results, api.ResultAnswer{Problem: &p.Problem})
	}
	return &out[api.ResultsAck]{Body: answers}, nil
}

func (s *Server) reportOne(ctx context.Context, raw json.RawMessage) (api.ResultAck, error) {
	var report api.ResultReport
	if err := s.decode(raw, &report); err != nil {
		return api.ResultAck{}, err
	}
	return s.services.Results.Accept(ctx, principalOf(ctx), report)
}

type resultInput struct {
	Wait
	TaskID uuid.UUID `path:"task_id" format:"uuid"`
}

func (s *Server) getResult(ctx context.Context, in *resultInput) (*out[api.ResultView], error) {
	if err := s.checkNeeds(ctx, in.TaskID); err != nil {
		return nil, err
	}
	return answer(s.services.Results.View(ctx, principalOf(ctx), in.TaskID, in.duration()))
}

// checkNeeds keeps a runner from reading anything but what its tasks need.
func (s *Server) checkNeeds(ctx context.Context, taskID uuid.UUID) error {
	p := principalOf(ctx)
	if p.Kind != credential.Runner {
		return nil
	}
	needed, err := s.services.Dispatch.HoldsInput(ctx, p, taskID)
	if err == nil && !needed {
		err = fault.New("httpapi.checkNeeds", fault.NotFound, "task_not_found", "No task that you hold needs the result of %s.", taskID)
	}
	return err
}
