using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// What frozen encoders make of the rows never changes, so it is computed once for the whole fit: from then on the networks read it in
/// place of the rows, and an epoch costs no more than the other encoders, the heads and the fusion.
/// </summary>
/// <param name="memory">Where the features are.</param>
internal sealed class FrozenFeatures(RowMemory memory) : IDisposable
{
    private readonly HashSet<int> _modalities = [];

    /// <summary>Modalities whose features are computed; networks that are made with this set notice.</summary>
    internal IReadOnlySet<int> Modalities => _modalities;

    /// <summary>Computes the features of every modality whose encoder gives the same in every epoch, and puts them in place of the rows.</summary>
    internal void Compute(FitContext fit, JointNetwork network)
    {
        using var threads = new TorchThreadScope(fit.NumberOfThreads);
        var specs = fit.Settings.Modalities;
        for (int i = 0; i < specs.Count; i++)
        {
            if (!AreFixed(specs[i], network.Parts.Encoders[i], fit.Settings))
                continue;
            fit.Store.Replace(i, Compute(fit, network, i));
            _modalities.Add(i);
            fit.Progress.Info($"The encoder of '{specs[i].Column}' is frozen; its features were computed once.");
        }
    }

    public void Dispose() => memory.Dispose();

    /// <summary>Whether every network of a fit has the same features for a modality in every epoch.</summary>
    private static bool AreFixed(ModalitySpec modality, EncoderModule encoder, TrainingSettings settings) =>
        modality is { IsFrozen: true, Start: { } start, Augmentation.IsRandom: false, Layout.Views: 1 }
        && settings is { ComputesFrozenFeaturesOnce: true, Precision: ScalarType.Float32 or ScalarType.BFloat16 }
        // Without all weights given, the rest is drawn, and otherwise for every network.
        && encoder.NamedTensors().All(tensor => start.ContainsKey(tensor.Name));

    /// <summary>The features of all rows, [mid-level, last].</summary>
    private RowColumn<float> Compute(FitContext fit, JointNetwork network, int modality)
    {
        RowWriter<float>? writer = null;
        using var grad = no_grad();
        foreach (var batch in fit.Store.Batches([.. Enumerable.Range(0, fit.Rows.Count)], network.Cost.MostRowsToMeasure))
        {
            fit.Progress.CheckAlive();
            var (middle, feature) = network.Encode(modality, batch.Inputs[modality]);
            var features = cat([middle, feature], 1).cpu().to(ScalarType.Float32);
            int width = (int)features.shape[1];
            writer ??= new(width, fit.Rows.Count, memory);
            var values = MemoryMarshal.Cast<byte, float>(features.bytes);
            for (int row = 0; row < features.shape[0]; row++)
                values.Slice(row * width, width).CopyTo(writer.Add());
        }
        return writer!.Finish();
    }
}
