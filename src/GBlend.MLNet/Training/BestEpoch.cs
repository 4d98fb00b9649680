using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>Remembers the epoch with the lowest held-out loss, for early stopping, and the weights of the epoch that <see cref="FinalWeights"/> asks
/// for.</summary>
internal sealed class BestEpoch(TrainingSettings settings, Func<JointNetwork[]> createNetworks) : IDisposable
{
    private const string PartOfLosses = "best.losses.safetensors", Losses = "losses";

    private JointNetwork[]? _weights;
    private JudgedAnswer? _best;
    private int _epoch = -1, _taken = -1;

    /// <summary>Looks at an epoch and says whether training is to stop.</summary>
    /// <param name="networks">As they are after it.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="answer">What the answer after it costs on the held-out rows; <see langword="null"/> where nobody asked.</param>
    internal bool Saw(IReadOnlyList<JointNetwork> networks, int epoch, JudgedAnswer? answer)
    {
        if (answer is null)
            return false;
        bool isBest = _best is null || answer.Mean < _best.Mean;
        if (isBest)
            (_best, _epoch) = (answer, epoch);
        // The mean of folds overfits later than each of them, so that of epochs which can't be told apart the last is taken.
        if (settings.FinalWeights == FinalWeights.BestEpoch ? isBest
            : settings.FinalWeights == FinalWeights.Auto && (isBest || answer.Mean - _best!.Mean <= answer.ErrorOfDifference(_best)))
        {
            _taken = epoch;
            Copy(networks, _weights ??= createNetworks());
        }
        return settings.EarlyStoppingPatience is { } patience && epoch - _epoch >= patience;
    }

    /// <summary>Puts the weights of the epoch that is asked for into the networks, where that need not be the last.</summary>
    /// <returns>That epoch, or <see langword="null"/> when the networks stay as they are.</returns>
    internal int? Restore(IReadOnlyList<JointNetwork> networks)
    {
        if (_weights is null)
            return null;
        Copy(_weights, networks);
        return _taken;
    }

    /// <summary>All that is remembered; tensors become parts.</summary>
    internal JsonObject Save(ICollection<CheckpointPart> parts)
    {
        if (_best is { Losses: var losses })
            parts.Add(new(PartOfLosses, _epoch, stream => new StateDict([new(Losses, StateTensor.FromDoubles(losses))]).Save(stream)));
        foreach (var (i, network) in (_weights ?? []).Index())
            parts.Add(new(PartOf(i), _taken, stream => new StateDict(network.Save()).Save(stream)));
        return new JsonObject { ["epoch"] = _epoch, ["taken"] = _taken };
    }

    /// <summary>Goes on from what <see cref="Save"/> gave.</summary>
    /// <param name="state">What it gave.</param>
    /// <param name="folder">Has the parts.</param>
    /// <param name="judged">An answer by its losses.</param>
    internal void Load(JsonObject state, CheckpointFolder folder, Func<double[], JudgedAnswer> judged)
    {
        (_epoch, _taken) = (state.Whole("epoch"), state.Whole("taken"));
        if (folder.Has(PartOfLosses))
            _best = judged(folder.ReadTensors(PartOfLosses)[Losses].ToDoubles());
        if (!folder.Has(PartOf(0)))
            return;
        _weights = createNetworks();
        foreach (var (i, network) in _weights.Index())
            network.Load(folder.ReadTensors(PartOf(i)));
    }

    private static string PartOf(int index) => $"best.{index}.safetensors";

    public void Dispose() => Array.ForEach(_weights ?? [], network => network.Dispose());

    private static void Copy(IReadOnlyList<JointNetwork> from, IReadOnlyList<JointNetwork> to)
    {
        foreach (var (source, target) in from.Zip(to))
            target.CopyFrom(source);
    }
}
