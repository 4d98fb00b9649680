using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace GBlend.MLNet.Tests;

/// <summary>The .NET metrics of trainings, as dotnet-counters and OpenTelemetry collect them.</summary>
public sealed class FitMetricsTests
{
    private sealed record Seen(string Instrument, double Value, Dictionary<string, object?> Tags);

    private static ConcurrentQueue<Seen> Listen(Action whileListening)
    {
        var seen = new ConcurrentQueue<Seen>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == "GBlend.MLNet")
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => seen.Enqueue(new(instrument.Name, value, Dictionary(tags))));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen.Enqueue(new(instrument.Name, value, Dictionary(tags))));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => seen.Enqueue(new(instrument.Name, value, Dictionary(tags))));
        listener.Start();
        whileListening();
        return seen;

        static Dictionary<string, object?> Dictionary(ReadOnlySpan<KeyValuePair<string, object?>> tags) => new(tags.ToArray());
    }

    /// <summary>The number by which the log and the tags name a fit.</summary>
    private static int NumberOf(QuietHost host) => int.Parse(host.Infos.Single(i => i.StartsWith("Fit ")).Split(' ', ':')[1]);

    [Fact]
    public void Two_fits_at_once_are_seen_and_told_apart()
    {
        QuietHost one = new(), other = new();
        TrainedModel? first = null, second = null;
        var seen = Listen(() => Parallel.Invoke(
            () => first = TrainingRun.Fit(ToyRows.Multiclass(), ToyRows.Settings(), one),
            () => second = TrainingRun.Fit(ToyRows.Multiclass(seed: 2), ToyRows.Settings(GBlend.MLNet.Blending.None()) with { NumberOfEpochs = 4 }, other)));
        using (first)
        using (second)
        {
            Assert.NotEqual(NumberOf(one), NumberOf(other));
            Check(first!.History, NumberOf(one), ["Preparing", "Estimating", "Training"], seen);
            Check(second!.History, NumberOf(other), ["Training"], seen);
        }
    }

    private static void Check(TrainingHistory history, int fit, string[] phases, IEnumerable<Seen> all)
    {
        var seen = all.Where(s => Equals(s.Tags["fit"], fit)).ToLookup(s => s.Instrument);
        Assert.Equal(Enumerable.Range(1, history.Epochs.Count), seen["gblend.fit.epochs"].Select(s => (int)s.Value));
        for (int branch = 0; branch < history.Branches.Count; branch++)
        {
            double[] Losses(string rows) => [
                .. seen["gblend.fit.loss"].Where(s => Equals(s.Tags["branch"], history.Branches[branch]) && Equals(s.Tags["rows"], rows)).Select(s => s.Value)];
            Assert.Equal(history.Epochs.Select(e => e.TrainLoss[branch]), Losses("training"));
            Assert.Equal(history.Epochs.Select(e => e.HeldOutLoss[branch]), Losses("held-out"));
        }
        var trained = seen["gblend.fit.rows"].ToLookup(s => (string)s.Tags["phase"]!, s => (long)s.Value);
        Assert.Equal((long)history.TrainingRows * history.Epochs.Count, trained["Training"].Sum());
        Assert.All(trained, phase => Assert.Contains(phase.Key, phases));
        Assert.Equal(history.Estimates.Count > 0, trained["Estimating"].Any());
        Assert.True(seen["gblend.fit.rows_per_second"].Count() >= history.Epochs.Count);
        Assert.All(seen["gblend.fit.rows_per_second"], s => Assert.InRange(s.Value, double.Epsilon, 1e12));
    }

    [Fact]
    public void Nothing_is_paid_when_nobody_listens()
    {
        var metrics = new FitMetrics();
        string[] branches = ["A", "Joint"];
        var record = new EpochRecord(0, 0.1, [0, 1], [1, 2], [3, 4]);
        Say();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            Say();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Say()
        {
            metrics.Train(TrainingPhase.Training, 64);
            metrics.EndEpoch(record, branches);
            metrics.Pace();
        }
    }

    [Fact]
    public void Every_instrument_says_its_unit_and_what_it_is()
    {
        var instruments = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == FitMetrics.MeterName)
                    instruments.Add(instrument);
            },
        };
        _ = new FitMetrics();
        listener.Start();
        Assert.Equal([("gblend.fit.epochs", "{epoch}"), ("gblend.fit.loss", "1"), ("gblend.fit.rows", "{row}"), ("gblend.fit.rows_per_second", "{row}/s")],
            instruments.Select(i => (i.Name, i.Unit)).Order());
        Assert.All(instruments, i => Assert.EndsWith(".", i.Description));
    }
}
