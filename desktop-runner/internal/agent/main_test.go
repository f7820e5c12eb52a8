//go:build unix

package agent_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/result"
	"ddap/shared/task"
)

// agentCommand makes the test binary a runner that a test can kill.
const agentCommand = "__agent"

// TestMain makes the test binary the child of its own agents, and a runner.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Command {
		os.Exit(worker.Main(worker.Work{Perform: perform, Inspect: inspect, Digest: digest}))
	}
	if len(os.Args) > 1 && os.Args[1] == agentCommand {
		os.Exit(beRunner(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// beRunner runs an agent on a state folder until a signal ends it.
func beRunner(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	signal.Ignore(syscall.SIGXFSZ) // a write that is refused is an error like any other
	cfg, err := configure(home{server: args[0], token: args[1], state: args[2], share: args[3]}, slog.New(slog.DiscardHandler))
	if err == nil {
		err = run(ctx, cfg)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// goWord in the shared file lets a child go on that waits for it.
const goWord = "go"

// perform does what the task's name says.
func perform(ctx context.Context, p plan.Plan, progress func(plan.Progress)) plan.Outcome {
	fraction := 0.5
	progress(plan.Progress{Stage: "reading", Fraction: &fraction})
	switch p.Name {
	case "succeed":
		return done(p, "done")
	case "wait for go":
		for ctx.Err() == nil {
			if raw, _ := os.ReadFile(p.Inputs[0].File.Path); string(raw) == goWord {
				return done(p, "gone")
			}
			time.Sleep(5 * time.Millisecond) // the child's own pace; no test waits for it
		}
		return failure(task.OperationFailed, "interrupted")
	case "hang":
		select {}
	case "crash":
		panic("on purpose: secret")
	case "refuse":
		return failure(task.PolicyRefused, "Rows may not leave.")
	case "say nonsense":
		return failure(task.RunnerLost, "not for a child to say")
	case "make rows":
		return makeRows(p)
	case "read rows":
		raw, err := os.ReadFile(p.Inputs[0].File.Path)
		return done(p, fmt.Sprintf("%s %v %s %d", raw, err, p.Inputs[0].File.Policy, p.Inputs[0].File.MinGroupSize))
	case "read upload":
		raw, err := os.ReadFile(p.Inputs[0].File.Path)
		f := p.Inputs[0].File
		return done(p, fmt.Sprintf("%s %v %s %s %t", raw, err, f.Policy, f.Format, f.Uploaded && filepath.Dir(f.Path) == p.WorkDir))
	case "say the origin":
		o := p.Inputs[0].Origin
		return done(p, fmt.Sprintf("%s %q %q %t", o.Kind, o.Name, o.SHA256, o.Stamp != ""))
	case "make a report":
		return makeReport(p)
	case "lie about a file":
		// A link would be the worse lie, and the sandbox does not let it be made.
		_ = os.Mkdir(filepath.Join(p.WorkDir, "report.html"), 0o700)
		out := done(p, "lie")
		out.Artifacts = []plan.Artifact{{Name: "report.html", ContentType: "text/html"}}
		return out
	default:
		return failure(task.OperationFailed, "no such test: "+p.Name)
	}
}

func makeRows(p plan.Plan) plan.Outcome {
	if err := os.WriteFile(filepath.Join(p.WorkDir, "rows.parquet"), []byte("rows"), 0o600); err != nil {
		return failure(task.DiskFull, err.Error())
	}
	out := done(p, "rows")
	out.Output = "rows.parquet"
	here := result.Location{RunnerID: p.RunnerID, TaskID: p.TaskID, Attempt: p.Attempt}
	out.Document.Dataset = &result.Dataset{Rows: 3, Policy: result.Aggregates, MinGroupSize: 9, Location: here}
	return out
}

func makeReport(p plan.Plan) plan.Outcome {
	text := p.Inputs[0].Document.Summary
	if err := os.WriteFile(filepath.Join(p.WorkDir, "report.html"), []byte(text), 0o600); err != nil {
		return failure(task.DiskFull, err.Error())
	}
	out := done(p, "a report of "+text)
	out.Artifacts = []plan.Artifact{{Name: "report.html", ContentType: "text/html"}}
	return out
}

func done(p plan.Plan, summary string) plan.Outcome {
	d := &result.Document{Version: result.Version, Kind: "test", Summary: summary}
	for _, in := range p.Inputs {
		d.Sources = append(d.Sources, in.Sources...)
	}
	return plan.Outcome{Document: d}
}

func failure(reason task.Reason, message string) plan.Outcome {
	return plan.Outcome{Failure: &plan.Failure{Reason: reason, Message: message}}
}

func digest(_ context.Context, file plan.File) (string, error) {
	raw, err := os.ReadFile(file.Path)
	return "hash of " + strings.TrimSpace(string(raw)), err
}

func inspect(context.Context, plan.File, string, plan.Limits) (worker.Description, error) {
	return worker.Description{Format: plan.CSV, Columns: []result.Column{{Name: "species", Type: result.Text}}}, nil
}
