package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/operation"
)

func tasksCommand(s *session) *cobra.Command {
	return group("tasks", "Questions, each put to one dataset on one computer",
		createTaskCommand(s), createTasksCommand(s), listTasksCommand(s), showTaskCommand(s),
		&cobra.Command{
			Use: "events TASK_ID", Short: "Show what happened to a task, line by line", Args: exactly("TASK_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				events, err := c.TaskEvents(ctx, args[0])
				if err != nil {
					return err
				}
				return s.print(func(v render.View) []render.Line { return v.Events(events) })
			}),
		},
		&cobra.Command{
			Use: "watch TASK_ID", Short: "Follow a task until it ends; exits with 1 unless it succeeds", Args: exactly("TASK_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				return s.watchTask(ctx, c, args[0])
			}),
		},
		&cobra.Command{
			Use: "cancel TASK_ID", Short: "End a task that has not ended", Args: exactly("TASK_ID"),
			RunE: s.onTask((*client.Client).CancelTask),
		},
		retryTaskCommand(s), cloneTaskCommand(s), setPriorityCommand(s), setDeadlineCommand(s), deleteTaskCommand(s),
	)
}

func (s *session) onTask(act func(*client.Client, context.Context, string) (api.Task, error)) func(*cobra.Command, []string) error {
	return s.do(func(ctx context.Context, c *client.Client, args []string) error {
		t, err := act(c, ctx, args[0])
		if err != nil {
			return err
		}
		return s.print(func(v render.View) []render.Line { return v.Task(t) })
	})
}

func showTaskCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "show TASK_ID", Short: "Show a task with its parameters and attempts", Args: exactly("TASK_ID"),
		RunE: s.onTask((*client.Client).Task),
	}
}

// taskFlags are the flags of `tasks create`.
type taskFlags struct {
	op, name, paramFile, params string
	runner, runAt, deadline     string
	labels                      []string
	priority, maxAttempts       int
	timeout                     seconds
	wait                        bool
	once                        string
}

func createTaskCommand(s *session) *cobra.Command {
	var flags taskFlags
	cmd := &cobra.Command{
		Use: "create --operation OPERATION (--params JSON | --param-file FILE)", Short: "Create a task", Args: exactly(),
		Long: "Create a task. `ddap-admin operations` lists the operations with their parameters.",
		Example: `  ddap-admin tasks create --operation fetch --params '{"source":{"dataset":"penguins"}}'
  ddap-admin tasks create --operation 300 --name "Groups of penguins" --param-file kmeans.json --wait`,
		RunE: func(cmd *cobra.Command, args []string) error {
			req, err := s.taskRequest(cmd, flags)
			if err != nil {
				return err
			}
			return s.do(func(ctx context.Context, c *client.Client, _ []string) error {
				return s.createTask(client.With(ctx, client.Conditions{IdempotencyKey: flags.once}), c, req, flags.wait)
			})(cmd, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.op, "operation", "", "what to do: fetch, filter, analyze or export, or its number")
	f.StringVar(&flags.params, "params", "", "the operation's parameters as JSON")
	f.StringVar(&flags.paramFile, "param-file", "", "a file with the parameters as JSON; - is the standard input")
	f.StringVar(&flags.name, "name", "", "what people call the task; the operation's name when absent")
	f.StringVar(&flags.runner, "runner", "", "only this computer may do it")
	f.StringArrayVar(&flags.labels, "label", nil, "only computers with this label NAME=VALUE; may be repeated")
	f.IntVar(&flags.priority, "priority", 0, "from -100 to 100; higher goes first")
	f.StringVar(&flags.runAt, "run-at", "", "not before this time, as in 2026-12-01T08:00:00Z")
	f.StringVar(&flags.deadline, "deadline", "", "fail unless it has ended by this time")
	f.Var(&flags.timeout, "timeout", "how long an attempt may take, as in 90s or 2h")
	f.IntVar(&flags.maxAttempts, "max-attempts", 0, "how often it is tried")
	f.BoolVarP(&flags.wait, "wait", "w", false, "follow it until it ends, and show its result")
	f.StringVar(&flags.once, "idempotency-key", "", onceHelp)
	require(cmd, "operation")
	return cmd
}

func (s *session) taskRequest(cmd *cobra.Command, flags taskFlags) (api.TaskRequest, error) {
	code, err := operationCode(cmd, flags.op)
	if err != nil {
		return api.TaskRequest{}, err
	}
	req := api.TaskRequest{
		Name: flags.name, OperationCode: code, RunnerID: flags.runner, Priority: flags.priority,
		TimeoutSeconds: int(flags.timeout), MaxAttempts: flags.maxAttempts,
	}
	if req.Name == "" {
		req.Name = strings.TrimPrefix(operation.Code(code).String(), strconv.Itoa(code)+" ")
	}
	if req.Params, err = s.params(cmd, flags.params, flags.paramFile); err != nil {
		return req, err
	}
	if req.Labels, err = pairs(cmd, "label", flags.labels); err != nil {
		return req, err
	}
	if req.RunAt, err = timeOf(cmd, "run-at", flags.runAt); err != nil {
		return req, err
	}
	req.Deadline, err = timeOf(cmd, "deadline", flags.deadline)
	return req, err
}

// createTask creates a task; what it prints is the new task's id alone, so that
// scripts can go on with it.
func (s *session) createTask(ctx context.Context, c *client.Client, req api.TaskRequest, wait bool) error {
	created, err := c.CreateTask(ctx, req)
	if err != nil {
		return err
	}
	if wait {
		return s.awaitResult(ctx, c, created.TaskID, "")
	}
	if s.json() {
		return s.printAnswer()
	}
	if _, err := fmt.Fprintln(s.env.Out, render.Clean(created.TaskID)); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return s.write(s.env.Err, []render.Line{s.viewOf(s.env.Err).StateLine(created.State, created.Reason, "")})
}

// operationCode reads an operation by name or number. A number that is unknown
// here may be known to a newer server, and is its to judge.
func operationCode(cmd *cobra.Command, name string) (int, error) {
	if code, err := strconv.Atoi(name); err == nil {
		return code, nil
	}
	var known []string
	for _, spec := range operation.Specs() {
		if spec.Name == name {
			return int(spec.Code), nil
		}
		known = append(known, spec.Name)
	}
	return 0, wrong(cmd, "--operation: %s", operation.UnknownName("", "operation", name, known).Message)
}

// params reads an operation's parameters from the command line, a file or the
// standard input, and checks that they are JSON; the rest is the server's to judge.
func (s *session) params(cmd *cobra.Command, inline, file string) (json.RawMessage, error) {
	raw := []byte(inline)
	switch {
	case (inline == "") == (file == ""):
		return nil, wrong(cmd, "give the parameters with --params or --param-file, one of them")
	case file == "-":
		read, err := io.ReadAll(io.LimitReader(s.env.In, api.MaxBodyBytes))
		if err != nil {
			return nil, fmt.Errorf("read the parameters from the standard input: %w", err)
		}
		raw = read
	case file != "":
		read, err := os.ReadFile(file)
		if err != nil {
			return nil, wrong(cmd, "read the parameters: %w", err)
		}
		raw = read
	}
	return raw, validJSON(cmd, "the parameters", raw)
}

// validJSON says where JSON that a person wrote goes wrong.
func validJSON(cmd *cobra.Command, what string, raw []byte) error {
	var whole json.RawMessage
	err := json.Unmarshal(raw, &whole)
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		before := string(raw[:min(int(syntax.Offset), len(raw))])
		line := strings.Count(before, "\n") + 1
		return wrong(cmd, "%s are not valid JSON: line %d, character %d: %w", what, line, len(before)-strings.LastIndex(before, "\n")-1, err)
	default:
		return wrong(cmd, "%s are not valid JSON: %w", what, err)
	}
}

func timeOf(cmd *cobra.Command, flag, value string) (*time.Time, error) {
	if value == "" {
		return nil, nil //nolint:nilnil // no time at all is a valid answer
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return nil, wrong(cmd, "--%s takes a time such as 2026-12-01T08:00:00Z, not %q", flag, value)
	}
	return &at, nil
}
