using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>
/// The networks of a fit that learn from the same rows: all of them where rows are held out once, else those of one fold. Folds share the rows
/// and nothing that is written.
/// </summary>
internal sealed class FoldTraining : IDisposable
{
    private readonly List<EpochRecord> _epochs = [];
    private readonly List<BlendingEstimate> _estimates = [];

    /// <param name="context">The rows and what measures on them; owned from now on.</param>
    /// <param name="planned">The networks as they are planned.</param>
    /// <param name="networks">The networks as they begin; owned from now on.</param>
    internal FoldTraining(FitContext context, IReadOnlyList<PlannedNetwork> planned, IReadOnlyList<JointNetwork> networks)
    {
        (Context, Planned) = (context, planned);
        Networks = [.. planned.Zip(networks, (plan, network) => new NetworkTraining(context, plan, network))];
    }

    internal FitContext Context { get; }

    internal IReadOnlyList<PlannedNetwork> Planned { get; }

    internal NetworkTraining[] Networks { get; }

    /// <summary>Whether rows are held out, by which the answer is found.</summary>
    internal bool IsMeasured => Context.Rows.HeldOut.Length > 0;

    /// <summary>Writes down what an epoch came to.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="results">Of every network.</param>
    internal EpochRecord Record(int epoch, IReadOnlyList<NetworkEpoch> results)
    {
        _estimates.AddRange(results.SelectMany(r => r.Estimates));
        var record = new EpochRecord(epoch, Context.Settings.LearningRateOf(epoch), [.. results.SelectMany(r => r.Weights)],
            [.. results.SelectMany(r => r.Losses.TrainMeans)], [.. results.SelectMany(r => r.Losses.HeldOutMeans)]);
        _epochs.Add(record);
        return record;
    }

    /// <summary>Per branch what the networks predict for the held-out rows.</summary>
    internal double[][] HeldOutPredictions() => [.. Networks.SelectMany(n => Context.Meter.HeldOutPredictions(n.Network, n.Network.Shape.Branches))];

    /// <summary>The records so far.</summary>
    internal JsonObject Save() => FitRecords.Save(_epochs, _estimates);

    /// <summary>Goes on from what <see cref="Save"/> gave.</summary>
    internal void Load(JsonObject state) => FitRecords.Load(state, _epochs, _estimates);

    internal FoldHistory ToHistory() => new(Context.Rows.Training, Context.Rows.HeldOut.Length, [.. _epochs], [.. _estimates]);

    public void Dispose()
    {
        Context.Dispose();
        Array.ForEach(Networks, network => network.Dispose());
    }
}
