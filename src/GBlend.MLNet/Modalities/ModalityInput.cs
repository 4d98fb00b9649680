using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>From rows as they were gathered, bytes or floats, to what an encoder reads, on the device.</summary>
internal static class ModalityInput
{
    private const int MaskPurpose = 1;

    /// <summary>Flips, makes floats, normalizes and masks. Gives <paramref name="raw"/> itself where there is nothing to do.</summary>
    /// <param name="modality">The modality.</param>
    /// <param name="raw">[rows, shape...].</param>
    /// <param name="precision">Of the network.</param>
    /// <param name="rows">Which rows they are.</param>
    /// <param name="seed">The epoch's; <see langword="null"/> for losses and scores, where nothing is random.</param>
    internal static Tensor Prepare(this ModalitySpec modality, Tensor raw, ScalarType precision, ReadOnlySpan<int> rows = default, int? seed = null)
    {
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        var settings = modality.Augmentation;
        var x = raw;
        if (seed is { } drawn && settings.FlipProbability > 0)
            x = Flip(x, settings, rows, drawn);
        // To bfloat16 only at the end, and never for token ids, for which they have no room.
        bool isShort = precision == ScalarType.BFloat16;
        var exact = isShort ? ScalarType.Float32 : precision;
        if (x.dtype != exact)
            x = x.to(exact);
        x = modality.Scaling.Apply(x, inPlace: !ReferenceEquals(x, raw));
        if (seed is { } epoch && settings.Masks)
            x = Mask(x, settings, rows, epoch);
        if (isShort && modality.Kind != ModalityKind.Text)
            x = x.to(precision);
        return ReferenceEquals(x, raw) ? raw : x.MoveToOuterDisposeScope();
    }

    private static readonly Scalar s_one = 1;

    private static Tensor Flip(Tensor x, AugmentationSettings settings, ReadOnlySpan<int> rows, int seed)
    {
        var flips = new bool[rows.Length];
        for (int i = 0; i < flips.Length; i++)
            flips[i] = RowDraw.Of(seed, rows[i]).Flip < settings.FlipProbability;
        var mirrored = x.flip(-2);
        if (settings.FlipsFlow)
        {
            var motion = mirrored.narrow(-1, 0, 1);
            // Bytes wrap round: -v is 256 - v, which keeps 128, no motion, where it is; 0 would stay 0, so it counts as 1.
            mirrored = cat([x.dtype == ScalarType.Byte ? motion.clamp_min(s_one).neg() : motion.neg(), mirrored.narrow(-1, 1, x.shape[^1] - 1)], -1);
        }
        return where(tensor(flips, device: x.device).view([rows.Length, .. Enumerable.Repeat(1L, (int)x.dim() - 1)]), mirrored, x);
    }

    private static Tensor Mask(Tensor x, AugmentationSettings settings, ReadOnlySpan<int> rows, int seed)
    {
        int frames = (int)x.shape[1], bands = (int)x.shape[2];
        bool[] coversTime = new bool[rows.Length * frames], coversBands = new bool[rows.Length * bands];
        for (int i = 0; i < rows.Length; i++)
        {
            var stream = new DrawStream(seed, rows[i], MaskPurpose);
            Cover(coversTime.AsSpan(i * frames, frames), settings.TimeMasks, settings.MostFrames, ref stream);
            Cover(coversBands.AsSpan(i * bands, bands), settings.BandMasks, settings.MostBands, ref stream);
        }
        var covered = tensor(coversTime, [rows.Length, frames, 1], device: x.device).logical_or(tensor(coversBands, [rows.Length, 1, bands], device: x.device));
        return where(covered, x.mean([1, 2], keepdim: true), x);
    }

    private static void Cover(Span<bool> line, int masks, int most, ref DrawStream stream)
    {
        for (int i = 0; i < masks; i++)
        {
            int length = stream.Next(Math.Min(most, line.Length));
            line.Slice(stream.Next(line.Length - length), length).Fill(true);
        }
    }
}
