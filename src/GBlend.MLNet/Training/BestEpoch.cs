namespace GBlend.MLNet;

/// <summary>Remembers the epoch with the lowest held-out loss, for early stopping and for <see cref="FinalWeights.BestEpoch"/>.</summary>
internal sealed class BestEpoch(TrainingSettings settings, Func<JointNetwork> createNetwork) : IDisposable
{
    private JointNetwork? _weights;
    private double _loss = double.PositiveInfinity;
    private int _epoch = -1;

    /// <summary>Looks at an epoch and says whether training is to stop.</summary>
    internal bool Saw(JointNetwork network, int epoch, double? heldOutLoss)
    {
        if (heldOutLoss is not { } loss)
            return false;
        if (loss < _loss)
        {
            (_loss, _epoch) = (loss, epoch);
            if (settings.FinalWeights == FinalWeights.BestEpoch)
                (_weights ??= createNetwork()).CopyFrom(network);
        }
        return settings.EarlyStoppingPatience is { } patience && epoch - _epoch >= patience;
    }

    /// <summary>Puts the best epoch's weights into the network, if they are wanted.</summary>
    /// <returns>That epoch, or <see langword="null"/> when the network stays as it is.</returns>
    internal int? Restore(JointNetwork network)
    {
        if (_weights is null)
            return null;
        network.CopyFrom(_weights);
        return _epoch;
    }

    public void Dispose() => _weights?.Dispose();
}
