using System.Globalization;
using GBlend.MLNet;
using Spectre.Console;

namespace Recipes;

/// <summary>Shows how far a run is: a bar on a terminal, a line for each step elsewhere.</summary>
internal sealed class RunProgress : IProgress<TrainingProgress>
{
    private const int SecondsBetweenLines = 30;

    private readonly ProgressContext? _bars;
    private ProgressTask? _bar;
    private string _step = "";
    private long _done, _count;
    private DateTime _said = DateTime.UtcNow;

    private RunProgress(ProgressContext? bars) => _bars = bars;

    public static void Show(Action<RunProgress> work)
    {
        if (Console.IsOutputRedirected)
            work(new RunProgress(null));
        else
        {
            AnsiConsole.Progress()
                .Columns(new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
                .Start(context => work(new RunProgress(context)));
        }
    }

    /// <summary>Begins a step of so many parts.</summary>
    public void Begin(string step, long parts = 1)
    {
        (_step, _done, _count) = (step, 0, Math.Max(1, parts));
        _said = DateTime.UtcNow;
        _bar = _bars?.AddTask(Markup.Escape(step), maxValue: 1);
    }

    /// <summary>One part more is done; from any thread.</summary>
    public void Advance() => Say((double)Interlocked.Increment(ref _done) / _count, "");

    public void Report(TrainingProgress value)
    {
        string phase = value.Phase == TrainingPhase.Training ? "training" : value.Phase == TrainingPhase.Estimating ? "estimating weights" : "preparing";
        Say(value.Fraction, $"{phase}, {value.EpochsDone} of {value.NumberOfEpochs} epochs");
    }

    public void End(string outcome)
    {
        if (_bar is not null)
        {
            _bar.Value = 1;
            _bar.Description = Markup.Escape($"{_step}: {outcome}");
        }
        else
            Console.WriteLine($"{_step}: {outcome}");
    }

    private void Say(double fraction, string phase)
    {
        if (_bar is { } bar)
        {
            bar.Value = fraction;
            bar.Description = Markup.Escape(phase.Length > 0 ? $"{_step}: {phase}" : _step);
            return;
        }
        lock (this)
        {
            if ((DateTime.UtcNow - _said).TotalSeconds < SecondsBetweenLines)
                return;
            _said = DateTime.UtcNow;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_step}: {100 * fraction:0} % {phase}"));
    }
}
