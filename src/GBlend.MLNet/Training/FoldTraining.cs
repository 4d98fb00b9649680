using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>
/// The networks of a fit that learn from the same rows: all of them where rows are held out once, else those of one fold. Folds share the rows
/// and nothing that is written.
/// </summary>
internal sealed class FoldTraining : IDisposable
{
    private readonly TrainingRows _rows;
    private readonly (IMemberModel Model, double[] HeldOut)?[] _members;
    private readonly List<EpochRecord> _epochs = [];
    private readonly List<BlendingEstimate> _estimates = [];

    /// <param name="rows">The rows of the fit.</param>
    /// <param name="context">The same, and what measures on them; owned from now on.</param>
    /// <param name="planned">The networks as they are planned.</param>
    /// <param name="networks">The networks as they begin; owned from now on.</param>
    internal FoldTraining(TrainingRows rows, FitContext context, IReadOnlyList<PlannedNetwork> planned, IReadOnlyList<JointNetwork> networks)
    {
        (_rows, Context, Planned) = (rows, context, planned);
        _members = [.. context.Settings.Members.Select(_ => ((IMemberModel, double[])?)null)];
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

    /// <summary>Per head what networks and members predict for the held-out rows.</summary>
    internal double[][] HeldOutPredictions() =>
        [.. Networks.SelectMany(n => Context.Meter.HeldOutPredictions(n.Network, n.Network.Shape.Branches)), .. HeldOutOfMembers];

    /// <summary>Per member what it predicts for the held-out rows.</summary>
    internal IEnumerable<double[]> HeldOutOfMembers => _members.Select(member => member!.Value.HeldOut);

    /// <summary>The members, once they are fitted.</summary>
    internal IReadOnlyList<IMemberModel> Members => [.. _members.Select(member => member!.Value.Model)];

    /// <summary>Fits the members that are not yet.</summary>
    internal void FitMembers()
    {
        var settings = Context.Settings;
        for (int i = 0; i < _members.Length; i++)
        {
            if (_members[i] is not null)
                continue;
            Context.Progress.CheckAlive();
            var trainer = settings.Members[i];
            Take(i, trainer.Fit(new(_rows, Context.Rows.Learning, settings.SeedOf($"member {trainer.Head.Name}"), Context.Progress.CheckAlive,
                Context.Progress.Warn)));
        }
    }

    /// <summary>The members that are fitted become parts of a checkpoint.</summary>
    /// <param name="index">Which fold of the run it is.</param>
    /// <param name="parts">Receives the parts.</param>
    internal void SaveMembers(int index, ICollection<CheckpointPart> parts)
    {
        foreach (var (i, member) in _members.Index())
        {
            if (member is { Model: var model })
                parts.Add(new(PartOf(index, i), 0, stream => stream.Write(model.Save())));
        }
    }

    /// <summary>Goes on from what <see cref="SaveMembers"/> gave.</summary>
    internal void LoadMembers(int index, CheckpointFolder folder)
    {
        for (int i = 0; i < _members.Length; i++)
        {
            if (folder.Has(PartOf(index, i)))
                Take(i, Context.Settings.Members[i].Load(folder.Read(PartOf(index, i))));
        }
    }

    private void Take(int member, IMemberModel model) =>
        _members[member] = (model, PooledMember.Predict(model, _rows, Context.Rows.HeldOut, Context.Loss));

    private static string PartOf(int fold, int member) => $"member.{fold}.{member}.bin";

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
