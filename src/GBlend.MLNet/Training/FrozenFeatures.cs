using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// What frozen encoders make of the rows never changes, so it is computed once for the whole fit: from then on the networks read it in
/// place of the rows, and an epoch costs no more than the other encoders, the heads and the fusion.
/// </summary>
internal static class FrozenFeatures
{
    /// <summary>Whether every network of a fit has the same features for a modality in every epoch.</summary>
    internal static bool AreFixed(ModalitySpec modality, IEnumerable<string> names, TrainingSettings settings) =>
        modality is { IsFrozen: true, Start: { } start, Augmentation.IsRandom: false, Layout.Views: 1 }
        && settings is { ComputesFrozenFeaturesOnce: true, Precision: ScalarType.Float32 or ScalarType.BFloat16 }
        // Without all weights given, the rest is drawn, and otherwise for every network.
        && names.All(start.ContainsKey);

    /// <summary>The features of all rows, [mid-level, last].</summary>
    internal static RowColumn<float> Compute(RowStore store, JointNetwork network, int modality, int rows, RowMemory memory, Action onBatch)
    {
        RowWriter<float>? writer = null;
        using var grad = no_grad();
        foreach (var batch in store.Batches([.. Enumerable.Range(0, rows)], network.MostRowsToMeasure))
        {
            onBatch();
            var (middle, feature) = network.Encode(modality, batch.Inputs[modality]);
            var features = cat([middle, feature], 1).cpu().to(ScalarType.Float32);
            int width = (int)features.shape[1];
            writer ??= new(width, rows, memory);
            var values = MemoryMarshal.Cast<byte, float>(features.bytes);
            for (int row = 0; row < features.shape[0]; row++)
                values.Slice(row * width, width).CopyTo(writer.Add());
        }
        return writer!.Finish();
    }
}
