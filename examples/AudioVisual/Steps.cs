using Spectre.Console;

namespace AudioVisual;

/// <summary>Shows how far something is that counts its steps: a bar on a terminal, nothing elsewhere.</summary>
internal static class Steps
{
    public static void Show(string what, int steps, Action<Action<int>> work)
    {
        if (Console.IsOutputRedirected)
        {
            work(_ => { });
            return;
        }
        AnsiConsole.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                var bar = context.AddTask(what, maxValue: steps);
                work(done => bar.Value = done);
            });
    }
}
