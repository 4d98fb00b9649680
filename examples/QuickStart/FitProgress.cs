using GBlend.MLNet;
using Spectre.Console;

namespace QuickStart;

/// <summary>
/// Shows how far the fits are: a bar on a terminal, a line per fit elsewhere.
/// </summary>
internal sealed class FitProgress : IProgress<TrainingProgress>
{
    private readonly int _fits;
    private readonly ProgressTask? _bar;
    private string _fit = "";
    private int _finished;

    private FitProgress(int fits, CancellationToken cancelled, ProgressTask? bar) => (_fits, Cancelled, _bar) = (fits, cancelled, bar);

    /// <summary>Tells a fit to stop.</summary>
    public CancellationToken Cancelled { get; }

    public static void Show(int fits, CancellationToken cancelled, Action<FitProgress> work)
    {
        if (Console.IsOutputRedirected)
            work(new FitProgress(fits, cancelled, null));
        else
        {
            AnsiConsole.Progress()
                .AutoClear(true)
                .Columns(new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
                .Start(context => work(new FitProgress(fits, cancelled, context.AddTask("starting", maxValue: fits))));
        }
    }

    public void Begin(Method method, int seed)
    {
        Cancelled.ThrowIfCancellationRequested();
        _fit = $"seed {seed}, {method.Name}";
        _bar?.Description = Markup.Escape(_fit);
    }

    public void Report(TrainingProgress value)
    {
        if (_bar is null)
            return;
        string phase = value.Phase == TrainingPhase.Estimating ? "estimating weights" : "training";
        _bar.Value = _finished + value.Fraction;
        _bar.Description = Markup.Escape($"{_fit}: {phase}, {value.EpochsDone} of {value.NumberOfEpochs} epochs");
    }

    public void End(Outcome outcome)
    {
        _finished++;
        if (_bar is not null)
            _bar.Value = _finished;
        else
            Console.WriteLine($"[{_finished}/{_fits}] {_fit}: {outcome.Failure ?? $"{outcome.Accuracy:P1}"}, {outcome.Seconds:0.0} s");
    }
}
