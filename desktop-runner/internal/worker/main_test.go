//go:build unix

package worker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

// TestMain makes the test binary its own child process, as the runner is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Command {
		os.Exit(worker.Main(worker.Work{Perform: perform, Inspect: inspect, Digest: digest}))
	}
	if len(os.Args) > 1 && os.Args[1] == parentCommand {
		beParent(os.Args[2])
	}
	os.Exit(m.Run())
}

// perform does what the plan's name says.
func perform(ctx context.Context, p plan.Plan, progress func(plan.Progress)) plan.Outcome {
	switch p.Name {
	case "succeed":
		progress(plan.Progress{Stage: "reading"})
		progress(plan.Progress{Stage: "writing"})
		return done("done")
	case "print":
		fmt.Println("a library prints on standard output")
		return done("done")
	case "priority":
		// Linux gives 20 less the niceness.
		priority, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
		return done(fmt.Sprint(20-priority, err))
	case "environment":
		return done(strings.Join(os.Environ(), " "))
	case "write":
		if err := os.WriteFile(filepath.Join(p.WorkDir, "out.csv"), []byte("a\n"), 0o600); err != nil {
			return done(err.Error())
		}
		return done("written")
	case "write much":
		return done(fmt.Sprint(os.WriteFile(filepath.Join(p.WorkDir, "out.csv"), make([]byte, 2<<20), 0o600)))
	case "open many files":
		return done(openMany(p.WorkDir))
	case "start many threads":
		return startMany(ctx)
	case "start a process":
		_, err := os.StartProcess("/proc/self/exe", []string{"x"}, &os.ProcAttr{})
		return done(fmt.Sprint(err))
	case "dial":
		_, err := (&net.Dialer{}).DialContext(ctx, "tcp", "127.0.0.1:9")
		return done(fmt.Sprint(err))
	case "until told":
		progress(plan.Progress{Stage: "waiting"})
		<-ctx.Done()
		return plan.Outcome{Failure: &plan.Failure{Reason: task.OperationFailed, Message: "interrupted"}}
	case "finish when told":
		progress(plan.Progress{Stage: "waiting"})
		<-ctx.Done()
		return done("just in time")
	case "hang":
		progress(plan.Progress{Stage: "waiting", Message: strconv.Itoa(os.Getpid())})
		select {}
	case "panic":
		panic("on purpose")
	case "segfault":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSEGV)
		select {}
	case "killed":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "grow":
		progress(plan.Progress{Stage: "growing"})
		var kept [][]byte
		for ctx.Err() == nil {
			kept = append(kept, bytes.Repeat([]byte{1}, 16<<20))
		}
		return done(fmt.Sprint(len(kept)))
	default:
		return plan.Outcome{Failure: &plan.Failure{Reason: task.OperationFailed, Message: p.Name}}
	}
}

func done(summary string) plan.Outcome {
	return plan.Outcome{Document: &result.Document{Version: result.Version, Kind: "test", Summary: summary}}
}

func inspect(_ context.Context, file plan.File, _ string, _ plan.Limits) (worker.Description, error) {
	raw, err := os.ReadFile(file.Path)
	if err != nil {
		return worker.Description{}, err
	}
	var columns []result.Column
	if err := json.Unmarshal(raw, &columns); err != nil {
		return worker.Description{}, fault.New("test", fault.Invalid, "", "%s is not JSON", filepath.Base(file.Path))
	}
	rows := int64(3)
	return worker.Description{Format: plan.JSON, Columns: columns, Rows: &rows}, nil
}

// openMany opens files until it may not, and says how many and why.
func openMany(dir string) string {
	for opened := 0; ; opened++ {
		// None of them is closed before the process ends.
		if _, err := os.Create(filepath.Join(dir, strconv.Itoa(opened))); err != nil {
			return fmt.Sprintf("%d %t", opened, errors.Is(err, syscall.EMFILE))
		}
	}
}

// startMany makes threads that stay, and waits to be ended.
func startMany(ctx context.Context) plan.Outcome {
	for range 1100 {
		go func() {
			runtime.LockOSThread()
			<-ctx.Done()
		}()
	}
	<-ctx.Done()
	return done("not ended")
}

func digest(_ context.Context, file plan.File) (string, error) {
	raw, err := os.ReadFile(file.Path)
	if err != nil || len(raw) == 0 {
		return "", fault.New("test", fault.Invalid, "", "%s cannot be read", filepath.Base(file.Path))
	}
	return "hash of " + string(raw), nil
}

// parentCommand makes the test binary a parent that the test can kill.
const parentCommand = "__parent"

// beParent starts a child that hangs and prints its process id.
func beParent(workDir string) {
	p := plan.Plan{TaskID: "t1", Attempt: 1, Name: "hang", WorkDir: workDir}
	(&worker.Launcher{}).Perform(context.Background(), p, func(p plan.Progress) { fmt.Println(p.Message) })
}
