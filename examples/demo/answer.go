package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"ddap/shared/api"
)

// showAnswers prints the results of the analyses and saves the report.
func (d *demo) showAnswers(ctx context.Context, pipeline api.Pipeline) error {
	steps := map[string]api.Task{}
	for _, t := range pipeline.Tasks {
		steps[t.Ref] = t
	}
	for _, ref := range []string{refWhy, refGroups, refCosts} {
		say("\n── %s\n", steps[ref].Name)
		if err := d.admin(ctx, "result", steps[ref].ID); err != nil {
			return err
		}
	}
	path, err := d.saveReport(ctx, steps[refReport].ID)
	if err != nil {
		return err
	}
	say("\nThe report, with tables and charts: %s\nEverything took %s.\n", path, took(d.begun))
	return nil
}

func (d *demo) saveReport(ctx context.Context, taskID string) (string, error) {
	view, err := d.client.Result(ctx, taskID, 0)
	if err != nil {
		return "", fmt.Errorf("get the report: %w", err)
	}
	if len(view.Artifacts) == 0 {
		return "", errors.New("the export made no file")
	}
	path := filepath.Join(d.output, "report.html")
	file, err := os.Create(path)
	if err != nil {
		return "", fmt.Errorf("save the report: %w", err)
	}
	if err := d.client.Artifact(ctx, taskID, view.Artifacts[0].Name, file); err != nil {
		return "", errors.Join(err, file.Close())
	}
	if err := file.Close(); err != nil {
		return "", fmt.Errorf("save the report: %w", err)
	}
	return path, nil
}

// keepRunning says how to reach everything, and waits for Ctrl-C.
func (d *demo) keepRunning(ctx context.Context, pipeline api.Pipeline) error {
	report := pipeline.Tasks[len(pipeline.Tasks)-1].ID
	admin := shortest(d.program("ddap-admin"))
	say(`
Everything stays up until Ctrl-C.

  API         %[1]s/v1
  Reference   %[1]s/docs
  Admin key   %[2]s

Try, in another terminal:

  export DDAP_SERVER=%[1]s
  export DDAP_KEY=%[2]s
  %[3]s datasets
  %[3]s tasks list
  %[3]s tasks create --operation fetch --params '{"source":{"dataset":"penguins"}}' --wait
  %[3]s result %[4]s --save reports
  curl -H "Authorization: Bearer $DDAP_KEY" $DDAP_SERVER/v1/datasets

`, d.server, d.key, admin, report)
	server, runner := d.programs[0], d.programs[1]
	select {
	case <-server.ended:
		return server.explain(fmt.Errorf("%s ended by itself: %w", server.name, orDone(server.err)))
	case <-runner.ended:
		return runner.explain(fmt.Errorf("%s ended by itself: %w", runner.name, orDone(runner.err)))
	case <-ctx.Done():
	}
	say("\nStopping …\n")
	return nil
}

// shortest gives a path as it can be typed here, if that is shorter.
func shortest(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}
