using System.Text.Json.Nodes;
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

    /// <summary>All that is known of them; the tensors, which never change, become a part of a checkpoint.</summary>
    internal JsonObject Save(string name, ICollection<CheckpointPart> parts)
    {
        parts.Add(new(name, network.Parameters.Version, stream => new StateDict(network.Save()).Save(stream)));
        return new JsonObject { ["scores"] = new JsonArray([.. Scores.Select(score => (JsonNode)score)]) };
    }

    /// <summary>The networks that <see cref="Save"/> saved.</summary>
    /// <param name="network">A network of that shape; owned from now on.</param>
    /// <param name="state">What is known of them.</param>
    /// <param name="tensors">The part.</param>
    internal static UniModalNetworks Load(JointNetwork network, JsonObject state, StateDict tensors)
    {
        network.Load(tensors);
        return new(network, state.Numbers("scores"));
    }

    internal static InvalidOperationException NotAskedFor() =>
        new("The strategy uses uni-modal networks, but its Needs do not ask for them. Add StrategyNeeds.UniModalRuns.");

    public void Dispose() => network.Dispose();
}
