using static TorchSharp.torch;

namespace GBlend.MLNet.Tests;

public sealed class ModalityInputTests
{
    private static readonly int[] s_rows = [.. Enumerable.Range(0, 64)];

    [Fact]
    public void Prepare_bytes_become_normalized_floats()
    {
        var spec = Spec(ModalityKind.Image, [1, 2, 3]) with { Scaling = InputScaling.ForBytes(ModalityKind.Image, 3) };
        using var raw = tensor(new byte[] { 124, 116, 104, 255, 0, 255 }, [1, 1, 2, 3]);
        using var x = spec.Prepare(raw, ScalarType.Float32);
        Assert.Equal([(124 - 123.675f) / 58.395f, (116 - 116.28f) / 57.12f, (104 - 103.53f) / 57.375f, (255 - 123.675f) / 58.395f, -116.28f / 57.12f,
            (255 - 103.53f) / 57.375f], x.ToFloats(), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Prepare_with_nothing_to_do_copies_nothing()
    {
        using var raw = ones(2, 3);
        Assert.Same(raw, new ModalitySpec("X", [3], Encoders.Mlp(2), null).Prepare(raw, ScalarType.Float32, [0, 1], 7));
    }

    [Fact]
    public void Prepare_in_bfloat16_normalizes_in_float32_and_leaves_token_ids_alone()
    {
        var spec = Spec(ModalityKind.Image, [1, 1, 1]) with { Scaling = new([127.5f], [63.75f]) };
        using var pixel = tensor(new byte[] { 130 }, [1, 1, 1, 1]);
        using var x = spec.Prepare(pixel, ScalarType.BFloat16);
        Assert.Equal(ScalarType.BFloat16, x.dtype);
        Assert.Equal(2.5f / 63.75f, x.ToFloats()[0], 2e-4f);
        using var ids = tensor(new float[] { 49_999 }, [1, 1]);
        using var kept = Spec(ModalityKind.Text, [1]).Prepare(ids, ScalarType.BFloat16);
        Assert.Equal([49_999], kept.ToFloats());
    }

    [Fact]
    public void Prepare_flips_about_half_of_the_rows_and_none_for_losses()
    {
        var spec = Spec(ModalityKind.Image, [1, 3, 1], Augmentation.HorizontalFlip());
        var raw = tensor(s_rows.SelectMany(_ => new byte[] { 1, 2, 3 }).ToArray(), [64, 1, 3, 1]);
        var flipped = spec.Prepare(raw, ScalarType.Float32, s_rows, 5).ToFloats().Chunk(3).ToArray();
        Assert.InRange(flipped.Count(r => r is [3, 2, 1]), 20, 44);
        Assert.All(flipped, r => Assert.True(r is [3, 2, 1] or [1, 2, 3]));
        Assert.Equal(flipped.SelectMany(r => r), spec.Prepare(raw, ScalarType.Float32, s_rows, 5).ToFloats());
        Assert.NotEqual(flipped.SelectMany(r => r), spec.Prepare(raw, ScalarType.Float32, s_rows, 6).ToFloats());
        Assert.All(spec.Prepare(raw, ScalarType.Float32).ToFloats().Chunk(3), r => Assert.Equal([1, 2, 3], r));
    }

    [Theory]
    [InlineData(true, new float[] { 128, 9, 255, 8 })]
    [InlineData(false, new float[] { -3, 9, -1, 8 })]
    public void Prepare_flipped_flow_changes_its_direction(bool bytes, float[] expected)
    {
        var spec = Spec(ModalityKind.Image, [1, 2, 2], Augmentation.HorizontalFlip(1, opticalFlow: true));
        using var raw = (bytes ? tensor(new byte[] { 0, 8, 128, 9 }) : tensor(new float[] { 1, 8, 3, 9 })).view(1, 1, 2, 2);
        Assert.Equal(expected, spec.Prepare(raw, ScalarType.Float32, [0], 1).ToFloats());
    }

    [Fact]
    public void Prepare_masks_stretches_with_the_mean()
    {
        const int Frames = 30, Bands = 12;
        var spec = Spec(ModalityKind.Audio, [Frames, Bands], Augmentation.SpecAugment(1, 10, 1, 4));
        using var random = new TorchRandomScope(1);
        using var raw = rand(64, Frames, Bands);
        var masked = spec.Prepare(raw, ScalarType.Float32, s_rows, 3).ToFloats();
        var before = raw.ToFloats();
        var means = raw.mean([1, 2]).ToFloats();
        int longest = 0, highest = 0;
        for (int row = 0; row < 64; row++)
        {
            bool Is(int t, int f) => masked[(row * Frames + t) * Bands + f] == means[row];
            int[] times = [.. Enumerable.Range(0, Frames).Where(t => Enumerable.Range(0, Bands).All(f => Is(t, f)))];
            int[] bands = [.. Enumerable.Range(0, Bands).Where(f => Enumerable.Range(0, Frames).All(t => Is(t, f)))];
            Assert.True(times.Length == 0 || times[^1] - times[0] + 1 == times.Length);
            (longest, highest) = (Math.Max(longest, times.Length), Math.Max(highest, bands.Length));
            for (int t = 0; t < Frames; t++)
            {
                for (int f = 0; f < Bands; f++)
                {
                    int i = (row * Frames + t) * Bands + f;
                    Assert.Equal(times.Contains(t) || bands.Contains(f) ? means[row] : before[i], masked[i]);
                }
            }
        }
        Assert.Equal((10, 4), (longest, highest));
        Assert.Equal(before, spec.Prepare(raw, ScalarType.Float32).ToFloats());
    }

    private static ModalitySpec Spec(ModalityKind kind, int[] shape, params Augmentation[] augmentations) =>
        ModalitySpec.Create("X", kind, shape, Encoders.Mlp(3), AugmentationSettings.Of(augmentations));
}
