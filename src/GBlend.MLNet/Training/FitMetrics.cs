using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace GBlend.MLNet;

/// <summary>
/// The .NET metrics of one fit, so that dotnet-counters and OpenTelemetry see it without code. Fits that run at once are told apart by the tag
/// <c>fit</c>, a number that the log names too. Nothing is computed for an instrument that nobody listens to. Not for two threads at a time.
/// </summary>
internal sealed class FitMetrics
{
    internal const string MeterName = "GBlend.MLNet";

    private static readonly Meter s_meter = new(MeterName, typeof(FitMetrics).Assembly.GetName().Version?.ToString());
    private static readonly Gauge<int> s_epochs = s_meter.CreateGauge<int>("gblend.fit.epochs", "{epoch}", "The epochs of a fit that are done.");
    private static readonly Gauge<double> s_loss = s_meter.CreateGauge<double>(
        "gblend.fit.loss", "1", "The mean loss of a branch after an epoch, on training or held-out rows.");
    private static readonly Counter<long> s_rows = s_meter.CreateCounter<long>(
        "gblend.fit.rows", "{row}", "The rows that a fit has trained on, once for every epoch, trial trainings included.");
    private static readonly Gauge<double> s_pace = s_meter.CreateGauge<double>(
        "gblend.fit.rows_per_second", "{row}/s", "The rows that a fit trains on in a second.");
    private static int s_fits;

    private readonly KeyValuePair<string, object?> _fit;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _rows;

    internal FitMetrics()
    {
        Fit = Interlocked.Increment(ref s_fits);
        _fit = new("fit", Fit);
    }

    /// <summary>The number of the fit in this process, from 1.</summary>
    internal int Fit { get; }

    /// <summary>A batch is trained on.</summary>
    internal void Train(TrainingPhase phase, long rows)
    {
        _rows += rows;
        if (s_rows.Enabled)
            s_rows.Add(rows, _fit, new("phase", phase.ToString()));
    }

    /// <summary>Gives the rows per second since the last call.</summary>
    internal void Pace()
    {
        if (s_pace.Enabled && _rows > 0)
            s_pace.Record(_rows / _clock.Elapsed.TotalSeconds, _fit);
        _rows = 0;
        _clock.Restart();
    }

    /// <summary>An epoch is done.</summary>
    internal void EndEpoch(EpochRecord epoch, IReadOnlyList<string> branches)
    {
        if (s_epochs.Enabled)
            s_epochs.Record(epoch.Epoch + 1, _fit);
        if (!s_loss.Enabled)
            return;
        Give(epoch.TrainLoss, "training");
        Give(epoch.HeldOutLoss, "held-out");

        void Give(IReadOnlyList<double> losses, string rows)
        {
            for (int i = 0; i < losses.Count; i++)
                s_loss.Record(losses[i], _fit, new("branch", branches[i]), new("rows", rows));
        }
    }
}
