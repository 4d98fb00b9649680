using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>Encoders that are not of this library: what they do is looked at once, before a training relies on it.</summary>
internal static class OthersEncoders
{
    /// <summary>Whether an encoder is one of them.</summary>
    internal static bool Include(EncoderModule encoder) => encoder.GetType().Assembly != typeof(EncoderModule).Assembly;

    /// <summary>Lets every such encoder of a network encode some rows, in evaluation mode, and refuses what can't be trained on.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batch">The rows; an encoder sees those that have its modality.</param>
    /// <exception cref="InvalidOperationException">
    /// An encoder fails, or gives features of another shape or type than it says, that are not finite, or that are others when the same rows are encoded again.
    /// </exception>
    internal static void Check(JointNetwork network, Batch batch)
    {
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        for (int i = 0; i < batch.Inputs.Count; i++)
        {
            var encoder = network.Parts.Encoders[i];
            var rows = batch.Presence?[i] is { } isThere ? batch.Inputs[i].index_select(0, isThere.nonzero().view(-1)) : batch.Inputs[i];
            if (!Include(encoder) || network.ReadsFeatures?.Contains(i) == true || rows.shape[0] == 0)
                continue;
            string who = $"The encoder {encoder.GetType().Name} of modality '{network.Shape.Modalities[i].Column}'";
            var (middle, feature) = Encode(encoder, rows, seed: 1, who);
            CheckFeatures(feature, encoder.FeatureWidth, "features", rows.shape[0], network.Precision, who);
            CheckFeatures(middle, encoder.MiddleWidth, "mid-level features", rows.shape[0], network.Precision, who);
            var (_, again) = Encode(encoder, rows, seed: 2, who);
            if (!feature.equal(again).all().ToBoolean())
                throw new InvalidOperationException($"{who} gives other features when it encodes the same rows again in evaluation mode, so that scores would "
                    + $"not repeat. Let what is random in it act only while 'training' is true.");
        }
    }

    /// <summary>What an encoder makes of rows; whatever it draws, torch's global generator stays as it is.</summary>
    private static (Tensor Middle, Tensor Feature) Encode(EncoderModule encoder, Tensor input, int seed, string who)
    {
        using var random = new TorchRandomScope(seed);
        try
        {
            return encoder.Encode(input);
        }
        catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
        {
            string first = e.Message.Split('\n')[0].Trim();
            throw new InvalidOperationException($"{who} failed on rows of shape [{string.Join(", ", input.shape)}] with {e.GetType().Name}: {first}", e);
        }
    }

    private static void CheckFeatures(Tensor? features, int width, string what, long rows, ScalarType precision, string who)
    {
        if (features is null || features.IsInvalid)
            throw new InvalidOperationException($"{who} gave no {what}, or a tensor that is disposed. Return a tensor [rows, {width}].");
        if (!features.shape.SequenceEqual([rows, width]))
            throw new InvalidOperationException($"{who} gave {what} of shape [{string.Join(", ", features.shape)}] for {rows} rows, but says that their width "
                + $"is {width}: [{rows}, {width}] is expected.");
        if (features.dtype != precision)
            throw new InvalidOperationException(
                $"{who} gave {what} of type {features.dtype}, but the network computes in {precision}. Keep the type of the input.");
        if (!features.isfinite().all().ToBoolean())
            throw new InvalidOperationException(
                $"{who} gave {what} that are not finite numbers for rows that are. Look for divisions by zero, logarithms and overflows in it.");
    }
}
