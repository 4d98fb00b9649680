using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>Networks of the single modalities, trained on their own: teachers, starts and ranks for the strategies that ask for them.</summary>
/// <param name="network">Encoders and heads, without a joint branch.</param>
/// <param name="scores">See <see cref="EpochView.UniModalScores"/>.</param>
internal sealed class UniModalNetworks(JointNetwork network, IReadOnlyList<double> scores) : IDisposable
{
    internal IReadOnlyList<double> Scores { get; } = scores;

    /// <summary>The feature of a batch without gradient; the caller's scope disposes of it.</summary>
    internal Tensor Feature(int modality, Tensor input)
    {
        using var grad = no_grad();
        return network.Feature(modality, input);
    }

    internal void CopyEncodersTo(JointNetwork other) => other.Parts.CopyEncodersFrom(network.Parts);

    internal static InvalidOperationException NotAskedFor() =>
        new("The strategy uses uni-modal networks, but its Needs do not ask for them. Add StrategyNeeds.UniModalRuns.");

    public void Dispose() => network.Dispose();
}
