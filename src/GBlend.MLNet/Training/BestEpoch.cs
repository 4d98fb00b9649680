namespace GBlend.MLNet;

/// <summary>Remembers the epoch with the lowest held-out loss, for early stopping and for <see cref="FinalWeights.BestEpoch"/>.</summary>
internal sealed class BestEpoch(TrainingSettings settings, Func<JointNetwork[]> createNetworks) : IDisposable
{
    private JointNetwork[]? _weights;
    private double _loss = double.PositiveInfinity;
    private int _epoch = -1;

    /// <summary>Looks at an epoch and says whether training is to stop.</summary>
    internal bool Saw(IReadOnlyList<JointNetwork> networks, int epoch, double? heldOutLoss)
    {
        if (heldOutLoss is not { } loss)
            return false;
        if (loss < _loss)
        {
            (_loss, _epoch) = (loss, epoch);
            if (settings.FinalWeights == FinalWeights.BestEpoch)
                Copy(networks, _weights ??= createNetworks());
        }
        return settings.EarlyStoppingPatience is { } patience && epoch - _epoch >= patience;
    }

    /// <summary>Puts the best epoch's weights into the networks, if they are wanted.</summary>
    /// <returns>That epoch, or <see langword="null"/> when the networks stay as they are.</returns>
    internal int? Restore(IReadOnlyList<JointNetwork> networks)
    {
        if (_weights is null)
            return null;
        Copy(_weights, networks);
        return _epoch;
    }

    public void Dispose() => Array.ForEach(_weights ?? [], network => network.Dispose());

    private static void Copy(IReadOnlyList<JointNetwork> from, IReadOnlyList<JointNetwork> to)
    {
        foreach (var (source, target) in from.Zip(to))
            target.CopyFrom(source);
    }
}
