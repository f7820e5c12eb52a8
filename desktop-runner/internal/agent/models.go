package agent

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/api"
	"ddap/shared/task"
)

// model fetches the model that another task trained into a task's work folder,
// and gives its path.
func (a *Agent) model(ctx context.Context, in api.Input, folder string) (string, *plan.Failure) {
	view, failure := a.result(ctx, in)
	if failure != nil {
		return "", failure
	}
	if view.Result.Model == nil {
		return "", &plan.Failure{Reason: task.InvalidParams, Message: fmt.Sprintf("%q trained no model that could be used again; name a task that did.", in.Name)}
	}
	lost := fmt.Sprintf("The model of %q is no longer on the server.", in.Name)
	at := slices.IndexFunc(view.Artifacts, func(f api.Artifact) bool { return f.Name == view.Result.Model.Artifact })
	if at < 0 {
		return "", &plan.Failure{Reason: task.InputLost, Message: lost}
	}
	file := view.Artifacts[at]
	path := filepath.Join(folder, "model-from.json")
	return path, a.fetch(ctx, content{
		name: fmt.Sprintf("The model of %q", in.Name), lost: lost, sizeBytes: file.SizeBytes, sha256: file.SHA256,
		get: func(ctx context.Context, to io.Writer) error { return a.api.Artifact(ctx, in.TaskID, file.Name, to) },
	}, path)
}
