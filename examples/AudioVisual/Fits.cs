using System.Runtime.ExceptionServices;
using GBlend.MLNet;
using Microsoft.ML;
using QuickStart;
using Spectre.Console;

namespace AudioVisual;

/// <summary>What one fit gave.</summary>
/// <param name="Outcome">Its figures.</param>
/// <param name="Model">The model of columns of media; none when the training diverged.</param>
internal sealed record Fitted(Outcome Outcome, ITransformer? Model);

/// <summary>Several fits side by side, each in one thread: networks this small gain less from more threads than from company.</summary>
internal sealed class Fits(IReadOnlyList<(Method Method, int Seed)> fits, int parallel, CancellationToken cancelled)
{
    private readonly Lock _lock = new();
    private int _next, _finished;

    /// <summary>Does all fits, and shows how far they are: a bar for each on a terminal, a line for each finished one elsewhere.</summary>
    /// <param name="fit">Does one.</param>
    /// <param name="end">Receives each outcome; not called by two fits at once.</param>
    public void Run(Func<Method, int, IProgress<TrainingProgress>?, Fitted> fit, Action<Method, int, Fitted> end)
    {
        if (Console.IsOutputRedirected)
        {
            Work(fit, end, null);
            return;
        }
        AnsiConsole.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context => Work(fit, end, context));
    }

    private void Work(Func<Method, int, IProgress<TrainingProgress>?, Fitted> fit, Action<Method, int, Fitted> end, ProgressContext? context)
    {
        using var failed = new CancellationTokenSource();
        var all = context?.AddTask("all", maxValue: fits.Count);
        Task[] workers = [.. Enumerable.Range(0, Math.Min(parallel, fits.Count)).Select(_ => Task.Factory.StartNew(() =>
        {
            for (int i = Interlocked.Increment(ref _next) - 1; i < fits.Count && !failed.IsCancellationRequested; i = Interlocked.Increment(ref _next) - 1)
            {
                cancelled.ThrowIfCancellationRequested();
                var (method, seed) = fits[i];
                string name = $"seed {seed}, {method.Name}";
                var bar = context?.AddTask(Markup.Escape(name));
                try
                {
                    var result = fit(method, seed, bar is null ? null : new Bar(bar, name));
                    lock (_lock)
                    {
                        _finished++;
                        all?.Value = _finished;
                        bar?.StopTask();
                        if (context is null)
                            Console.WriteLine($"[{_finished}/{fits.Count}] {name}: {(result.Outcome.Failure ?? $"{result.Outcome.Accuracy:P1}")}, "
                                + $"{result.Outcome.Seconds:0.0} s");
                        end(method, seed, result);
                    }
                }
                catch
                {
                    failed.Cancel();
                    throw;
                }
            }
        }, TaskCreationOptions.LongRunning))];
        try
        {
            Task.WaitAll(workers, CancellationToken.None);
        }
        catch (AggregateException e)
        {
            cancelled.ThrowIfCancellationRequested();
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private sealed class Bar(ProgressTask task, string name) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            task.Value = 100 * value.Fraction;
            task.Description = Markup.Escape($"{name}: {(value.Phase == TrainingPhase.Estimating ? "estimating weights" : "training")}, {value.EpochsDone} of "
                + $"{value.NumberOfEpochs} epochs");
        }
    }
}
