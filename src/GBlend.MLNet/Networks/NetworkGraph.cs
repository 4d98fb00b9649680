namespace GBlend.MLNet;

/// <summary>Draws networks as graphs.</summary>
internal static class NetworkGraph
{
    /// <summary>Draws the branches of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="graph">Where.</param>
    /// <param name="inputs">What the encoders read, one per modality.</param>
    /// <param name="branches">Those asked for.</param>
    /// <param name="isAbsent">Per modality what says which rows lack it, [rows, 1]; <see langword="null"/> where none does.</param>
    /// <returns>Logits, or standardized numbers, one per branch asked for.</returns>
    /// <exception cref="NotSupportedException">An encoder can't be drawn; the message names it.</exception>
    internal static string[] Draw(
        this JointNetwork network, GraphBuilder graph, IReadOnlyList<string> inputs, IReadOnlyList<int> branches, IReadOnlyList<string?> isAbsent)
    {
        var encoded = new (string Middle, string Feature)[inputs.Count];
        bool hasJoint = branches.Contains(network.Shape.JointBranch);
        for (int i = 0; i < encoded.Length; i++)
        {
            if (hasJoint || branches.Contains(i))
                encoded[i] = DrawerOf(network, i).Draw(graph, inputs[i]);
        }
        return [.. branches.Select(b => b == network.Shape.JointBranch
            ? network.Parts.Fusion!.Draw(graph, [.. encoded.Select((e, i) => Heard(i, network.Parts.Fusion.ReadsMiddle ? e.Middle : e.Feature))])
            : graph.Draw(network.Parts.Heads[b], encoded[b].Feature))];

        string Heard(int modality, string feature) => isAbsent[modality] is { } lacks && network.Parts.Fusion!.Placeholder(modality) is { } placeholder
            ? graph.Where(lacks, graph.Weight(network, FusionModule.PlaceholderName(modality), () => placeholder.alias()), feature) : feature;
    }

    private static IGraphEncoder DrawerOf(JointNetwork network, int modality) => network.Parts.Encoders[modality] as IGraphEncoder
        ?? throw new NotSupportedException($"The encoder '{network.Shape.Modalities[modality].Encoder.Kind}' of the modality "
            + $"'{network.Shape.Modalities[modality].Column}' is not one of this library's and has no ONNX form. Take one of Encoders for a model "
            + $"that is to be exported.");
}
