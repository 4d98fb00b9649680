using System.Diagnostics;
using Microsoft.ML;

namespace GBlend.MLNet.Tables;

/// <summary>A fit that ends before a deadline, after whole epochs: what was learned by then is a model, too.</summary>
/// <param name="ml">The context.</param>
/// <param name="task">The task.</param>
/// <param name="deadline">The deadline.</param>
/// <param name="progress">Learns what is being done.</param>
internal sealed class TimedFit(MLContext ml, TableTask task, Deadline deadline, IProgress<MultiModalProgress>? progress)
{
    /// <summary>An epoch may take so many times as long as the one before.</summary>
    private const double Spare = 1.5;

    /// <summary>Fits until the last epoch, or until there is no time for another one; at least one epoch.</summary>
    /// <param name="rows">The rows, with the modalities and the label.</param>
    /// <param name="options">The options of the trainer, with a seed.</param>
    /// <param name="what">What is fitted, in words.</param>
    /// <param name="cancellation">Ends the fit after the epoch that is trained, or, in the first one and before it, at once.</param>
    /// <returns>The model, and whether all epochs were trained.</returns>
    /// <exception cref="OperationCanceledException">Canceled in the first epoch.</exception>
    internal (GradientBlendingTransformer Model, bool IsWhole) Fit(
        IDataView rows, GradientBlendingTrainer.Options options, string what, CancellationToken cancellation)
    {
        var trainer = Trainer(options);
        using var read = trainer.ReadRows(rows);
        using var fit = trainer.Begin(read);
        var latest = TimeSpan.Zero;
        int epoch = 0;
        while (epoch < options.NumberOfEpochs && (epoch == 0 || (deadline.Allows(latest * Spare) && !cancellation.IsCancellationRequested)))
        {
            progress?.Report(new($"{what}: epoch {epoch} of {options.NumberOfEpochs}", deadline.Elapsed, deadline.Left));
            var clock = Stopwatch.StartNew();
            fit.Advance(++epoch, epoch == 1 ? cancellation : CancellationToken.None);
            latest = clock.Elapsed;
            if (fit.EpochsDone < epoch)
                return (fit.Snapshot(), true);
        }
        return (fit.Snapshot(), epoch == options.NumberOfEpochs);
    }

    /// <summary>The same, but nothing where it was canceled before there was a model.</summary>
    internal (GradientBlendingTransformer Model, bool IsWhole)? TryFit(
        IDataView rows, GradientBlendingTrainer.Options options, string what, CancellationToken cancellation)
    {
        try
        {
            return Fit(rows, options, what, cancellation);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private GradientBlendingTrainer Trainer(GradientBlendingTrainer.Options options) => task switch
    {
        TableTask.Binary => ml.BinaryClassification.Trainers.GradientBlending(options),
        TableTask.Regression => ml.Regression.Trainers.GradientBlending(options),
        _ => ml.MulticlassClassification.Trainers.GradientBlending(options),
    };
}
