package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/client"
)

func pipelinesCommand(s *session) *cobra.Command {
	return group("pipelines", "Tasks that belong together, each of which may use what another made",
		createPipelineCommand(s), listPipelinesCommand(s), cancelPipelineCommand(s), retryPipelineCommand(s),
		&cobra.Command{
			Use: "show PIPELINE_ID", Short: "Show a pipeline with its steps", Args: exactly("PIPELINE_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				p, err := c.Pipeline(ctx, args[0])
				if err != nil {
					return err
				}
				return s.print(func(v render.View) []render.Line { return v.Pipeline(p) })
			}),
		},
		&cobra.Command{
			Use: "watch PIPELINE_ID", Short: "Follow a pipeline until all its steps end; exits with 1 unless all succeed", Args: exactly("PIPELINE_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				return s.watchPipeline(ctx, c, args[0])
			}),
		},
	)
}

func createPipelineCommand(s *session) *cobra.Command {
	var file, once string
	var wait bool
	cmd := &cobra.Command{
		Use: "create --file FILE", Short: "Create a pipeline from a JSON document, all its steps or none", Args: exactly(),
		Long: `Create a pipeline from a JSON document, all its steps or none.

  {"name": "Late flights", "tasks": [
    {"ref": "late", "operation_code": 200, "params": {"source": {"dataset": "flights"},
       "where": {"column": "delay", "op": "ge", "value": 15}}},
    {"ref": "why", "operation_code": 300, "params": {"source": {"task": "late"},
       "model": "linear_regression", "target": "delay", "features": ["distance"]}}]}`,
		RunE: func(cmd *cobra.Command, args []string) error {
			req, err := s.pipelineRequest(cmd, file)
			if err != nil {
				return err
			}
			return s.do(func(ctx context.Context, c *client.Client, _ []string) error {
				return s.createPipeline(client.With(ctx, client.Conditions{IdempotencyKey: once}), c, req, wait)
			})(cmd, args)
		},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "the document; - is the standard input")
	cmd.Flags().BoolVarP(&wait, "wait", "w", false, "follow it until all its steps end")
	cmd.Flags().StringVar(&once, "idempotency-key", "", onceHelp)
	require(cmd, "file")
	return cmd
}

// pipelineRequest reads a pipeline's document. A field that does not exist is a
// mistake here already, since it would be lost on the way to the server.
func (s *session) pipelineRequest(cmd *cobra.Command, file string) (api.PipelineRequest, error) {
	var req api.PipelineRequest
	return req, s.readDocument(cmd, "pipeline", file, &req)
}

// readDocument reads a JSON document of people's into req, and names it by noun
// where it is none.
func (s *session) readDocument(cmd *cobra.Command, noun, file string, req any) error {
	raw, err := s.readFile(file)
	if err != nil {
		return wrong(cmd, "read the %s: %w", noun, err)
	}
	if err := validJSON(cmd, "the "+noun+"'s contents", raw); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(req); err != nil {
		return wrong(cmd, "this is not a %s: %s", noun, strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

func (s *session) readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(s.env.In, api.MaxBodyBytes))
	}
	return os.ReadFile(name)
}

func (s *session) createPipeline(ctx context.Context, c *client.Client, req api.PipelineRequest, wait bool) error {
	p, err := c.CreatePipeline(ctx, req)
	if err != nil {
		return err
	}
	if wait {
		return s.watchPipeline(ctx, c, p.ID)
	}
	if s.json() {
		return s.printAnswer()
	}
	if _, err := fmt.Fprintln(s.env.Out, render.Clean(p.ID)); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return s.write(s.env.Err, s.viewOf(s.env.Err).WatchedSteps(p))
}
