package egress

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/trained"
	"ddap/shared/buildinfo"
	"ddap/shared/result"
)

// modelFile is the name of the artifact with a trained model.
const modelFile = "model.json"

// model writes the file of a trained model, which predicts from then on without
// the data, and so must not tell more of it than the document.
func (s *sealing) model(f finding.Finding) (plan.Artifact, error) {
	m := f.Model
	if err := s.policy.Judge(m.Fit); err != nil {
		return plan.Artifact{}, err
	}
	file := trained.File{
		Format: trained.Format, Version: trained.Version, Model: m.Name, Target: m.Target, Classes: m.Classes,
		Features: m.Features, Preprocess: m.Preprocess, Parameters: f.Parameters, Fitted: m.Fitted,
		Training: trained.Training{Sources: s.sources(), Program: buildinfo.Version},
	}
	if s.policy.rows {
		file.Training.Rows = &m.Fit.Rows
	}
	raw, err := json.Marshal(file)
	if err != nil {
		return plan.Artifact{}, fmt.Errorf("writing the model: %w", err)
	}
	if err := os.WriteFile(filepath.Join(s.plan.WorkDir, modelFile), raw, 0o600); err != nil {
		return plan.Artifact{}, fmt.Errorf("writing the model: %w", err)
	}
	s.doc.Model = &result.Model{Artifact: modelFile, Name: string(m.Name), Target: m.Target, Features: m.Features}
	return plan.Artifact{Name: modelFile, ContentType: "application/json"}, nil
}
