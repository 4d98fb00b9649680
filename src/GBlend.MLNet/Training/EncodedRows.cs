using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>The held-out rows as the joint branch of a network reads them, so that what it predicts without some modalities costs no encoder's pass.</summary>
/// <param name="network">The network, in use as long as this.</param>
/// <param name="batches">Per batch of rows the features of each modality; owned from now on.</param>
internal sealed class EncodedRows(JointNetwork network, IReadOnlyList<Tensor[]> batches) : IDisposable
{
    /// <summary>What the joint branch predicts of the rows by some of their modalities, [row x output]. Rows that lack one of them have no meaning.</summary>
    /// <param name="has">The modalities: bit i for modality i.</param>
    internal double[] Joint(int has)
    {
        using var grad = no_grad();
        var parts = new List<double[]>();
        foreach (var features in batches)
        {
            using var scope = NewDisposeScope();
            Tensor?[] heard = [.. features.Select((f, m) => (has >> m & 1) == 1 ? null : zeros(f.shape[0], f.dtype, f.device))];
            parts.Add(network.Joint(features, heard).ToDoubles());
        }
        return [.. parts.SelectMany(p => p)];
    }

    public void Dispose()
    {
        foreach (var tensor in batches.SelectMany(b => b))
            tensor.Dispose();
    }
}
