package main

import (
	"context"
	"log/slog"

	"github.com/spf13/cobra"
)

// What --log-format may say of our own lines, beside the fields of flow logs that it names.
const (
	logText = "text"
	logJSON = "json"
)

// addLogFlags adds what every command knows of its lines on standard error.
func (t *terminal) addLogFlags(cmd *cobra.Command) {
	cmd.PersistentFlags().BoolVar(&t.asJSON, "log-json", false, "progress and problems as JSON, a line each, with time and level: for jobs without a terminal")
	cmd.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		return t.takeLogFormat(cmd)
	}
}

// takeLogFormat lets --log-format json, as other tools have it, mean --log-json: json and text are no fields of flow logs.
func (t *terminal) takeLogFormat(cmd *cobra.Command) error {
	f := cmd.Flags().Lookup("log-format")
	if f == nil || f.Value.String() != logJSON && f.Value.String() != logText {
		return nil
	}
	t.asJSON = f.Value.String() == logJSON
	return f.Value.Set("")
}

// log writes a line as JSON.
func (t *terminal) log(level slog.Level, message string, more ...slog.Attr) {
	t.once.Do(func() { t.lines = slog.NewJSONHandler(t.err, nil) })
	slog.New(t.lines).LogAttrs(context.Background(), level, printable(message), more...)
}
