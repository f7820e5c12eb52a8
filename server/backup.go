package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"ddap/server/internal/app"
	"ddap/server/internal/config"
	"ddap/shared/envflag"
)

func backupCommand() *cobra.Command {
	cfg := config.Default()
	cfg.LogLevel = "warn"
	var to string
	cmd := &cobra.Command{
		Use: "backup", Short: "Copy everything that the server keeps into one file", Args: noArguments,
		Long: "Copy the database and the artifacts into one file, while the server runs. The copy is of one moment, " +
			"has checksums, and can be read by its owner only: it holds results, and of credentials the hashes.",
		PreRunE: func(cmd *cobra.Command, _ []string) error { return settleFile(cmd, &cfg, "to", &to) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			file, m, err := app.Backup(cmd.Context(), cfg, cfg.Logger(cmd.ErrOrStderr()), to)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n%s", file, m.Describe())
			return err
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "file to write, which must not exist, or folder to write a new file into")
	cfg.AddDatabase(cmd.Flags())
	cfg.AddLogging(cmd.Flags())
	envflag.Describe(cmd.Flags())
	return cmd
}

func restoreCommand() *cobra.Command {
	cfg := config.Default()
	cfg.LogLevel = "warn"
	var from string
	var replace bool
	cmd := &cobra.Command{
		Use: "restore", Short: "Bring back what backup has copied", Args: noArguments,
		Long: "Bring a backup back into an empty data folder or database that no server is using. Its checksums are compared before anything is changed. " +
			"Tasks that were being worked on when the backup was made are queued again, and what runners still report of them is refused.",
		PreRunE: func(cmd *cobra.Command, _ []string) error { return settleFile(cmd, &cfg, "from", &from) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			m, done, err := app.Restore(cmd.Context(), cfg, cfg.Logger(cmd.ErrOrStderr()), from, replace)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "restored the backup %s\n%sleases taken back: %d, their tasks are queued again\n"+
				"epoch raised from %d to %d: reports with older lease tokens are refused\nschema: %s\n",
				from, m.Describe(), done.TakenBack, done.OldEpoch, done.Epoch, done.Schema)
			return err
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "file that backup has written")
	cmd.Flags().BoolVar(&replace, "replace", false, "give up what is in the database now, where that is not empty")
	cfg.AddDatabase(cmd.Flags())
	cfg.AddLogging(cmd.Flags())
	envflag.Describe(cmd.Flags())
	return cmd
}

// settleFile is settle for a command that needs a file.
func settleFile(cmd *cobra.Command, cfg *config.Config, flag string, value *string) error {
	if err := settle(cmd, cfg); err != nil {
		return err
	}
	if *value == "" {
		return usageError{errors.New("--" + flag + " is missing")}
	}
	return nil
}
