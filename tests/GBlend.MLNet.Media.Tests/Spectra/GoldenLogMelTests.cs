using System.Runtime.InteropServices;
using GBlend.MLNet.Tests;

namespace GBlend.MLNet.Media.Tests.Spectra;

/// <summary>Spectrograms and filterbanks against those of another implementation.</summary>
public sealed class GoldenLogMelTests
{
    private const int Frames = 101, Bins = 257;

    [SharedTheory]
    [InlineData("htk_nonorm", MelScale.Htk, MelNormalization.None)]
    [InlineData("slaney_nonorm", MelScale.Slaney, MelNormalization.None)]
    [InlineData("slaney_slaney", MelScale.Slaney, MelNormalization.Slaney)]
    public void Log_mel_and_filterbank_are_the_reference(string name, MelScale scale, MelNormalization normalization)
    {
        var spectrum = LogMelSpectrum.Htk with { Scale = scale, Normalization = normalization };
        float[] found = new float[Frames * spectrum.Bands], expected = Read($"logmel_{name}.f32");
        new LogMelTransform(spectrum).Write(Sound(), 0, spectrum.HopLength, Frames, found);
        for (int frame = 0; frame < Frames; frame++)
        {
            for (int band = 0; band < spectrum.Bands; band++)
                Assert.Equal(expected[band * Frames + frame], found[frame * spectrum.Bands + band], 1e-3);
        }
        var filterbank = new MelFilterbank(spectrum);
        float[] weights = Read($"melfb_{name}.f32");
        for (int bin = 0; bin < Bins; bin++)
        {
            for (int band = 0; band < spectrum.Bands; band++)
                Assert.Equal(weights[bin * spectrum.Bands + band], filterbank[bin, band], 1e-5);
        }
    }

    private static float[] Read(string name) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(SharedFolder.PathTo("golden", name))).ToArray();

    private static float[] Sound() => [.. Enumerable.Range(0, 16000).Select(n =>
        (float)(0.5 * Math.Sin(2 * Math.PI * 440 * n / 16000) + 0.25 * Math.Sin(2 * Math.PI * (200 + 0.05 * n) * n / 16000) + 0.05 * Uniform((uint)n, 2000)))];

    /// <summary>The number formula of the reference's README.</summary>
    private static double Uniform(uint i, uint t)
    {
        unchecked
        {
            uint h = i * 2654435761 + t * 40503 + 12345;
            h = (h ^ (h >> 16)) * 0x45D9F3B;
            h = (h ^ (h >> 16)) * 0x45D9F3B;
            h ^= h >> 16;
            return h / 2147483648.0 - 1;
        }
    }
}
