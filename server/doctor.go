package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"ddap/server/internal/app"
	"ddap/server/internal/config"
	"ddap/server/internal/doctor"
	"ddap/shared/envflag"
)

func doctorCommand() *cobra.Command {
	cfg := config.Default()
	cfg.LogLevel = "error"
	output := "text"
	cmd := &cobra.Command{
		Use: "doctor", Short: "Look at a set-up and say what is wrong with it", Args: noArguments,
		Long: "Look at everything that the server needs, with the settings that serve would have, and say in sentences what is wrong and what to do. " +
			"The exit code is 1 where anything is. A server may be running; nothing is changed.",
		PreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := settle(cmd, &cfg); err != nil {
				return err
			}
			if output != "text" && output != "json" {
				return usageError{fmt.Errorf("--output must be text or json, not %q", output)}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg.AdminKey = os.Getenv(config.AdminKeyVariable)
			findings, err := app.Examine(cmd.Context(), cfg, cfg.Logger(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			return report(cmd.OutOrStdout(), findings, output == "json")
		},
	}
	cmd.Flags().StringVar(&output, "output", output, "form of the findings: text or json")
	cfg.AddServing(cmd.Flags())
	cfg.AddDatabase(cmd.Flags())
	cfg.AddLogging(cmd.Flags())
	envflag.Describe(cmd.Flags())
	return cmd
}

// report prints what was found. The error says that something is wrong.
func report(w io.Writer, findings []doctor.Finding, asJSON bool) error {
	healthy := doctor.Healthy(findings)
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		err := encoder.Encode(struct {
			Healthy  bool             `json:"healthy"`
			Findings []doctor.Finding `json:"findings"`
		}{healthy, findings})
		if err != nil {
			return err
		}
	} else if _, err := io.WriteString(w, doctor.Text(findings)); err != nil {
		return err
	}
	if !healthy {
		return fmt.Errorf("%d of %d checks found something wrong", doctor.CountWrong(findings), len(findings))
	}
	return nil
}
