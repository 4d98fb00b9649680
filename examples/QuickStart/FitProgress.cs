using GBlend.MLNet;
using Spectre.Console;

namespace QuickStart;

/// <summary>
/// Shows how far the fits are: a bar on a terminal, a line per fit elsewhere. It also stops them: the trainer reports on its own thread
/// at least once a second, and what is thrown here ends the fit.
/// </summary>
internal sealed class FitProgress : IProgress<TrainingProgress>
{
    private readonly int _fits;
    private readonly CancellationToken _cancelled;
    private readonly ProgressTask? _bar;
    private string _fit = "";
    private int _finished;

    private FitProgress(int fits, CancellationToken cancelled, ProgressTask? bar) => (_fits, _cancelled, _bar) = (fits, cancelled, bar);

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
        _cancelled.ThrowIfCancellationRequested();
        _fit = $"seed {seed}, {method.Name}";
        _bar?.Description = Markup.Escape(_fit);
    }

    public void Report(TrainingProgress value)
    {
        _cancelled.ThrowIfCancellationRequested();
        if (_bar is null)
            return;
        string phase = value.Phase == TrainingPhase.Estimating ? "estimating weights" : "training";
        _bar.Value = _finished + value.Fraction;
        _bar.Description = Markup.Escape($"{_fit}: {phase}, epoch {value.Epoch} of {value.NumberOfEpochs}");
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
