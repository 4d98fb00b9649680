namespace GBlend.MLNet;

/// <summary>Triangles in Hz whose corners lie evenly on a mel scale.</summary>
internal sealed class MelFilterbank
{
    private readonly (int First, float[] Weights)[] _bands;

    internal MelFilterbank(LogMelSpectrum spectrum)
    {
        int bins = spectrum.FftSize / 2 + 1;
        double low = ToMel(spectrum.Scale, spectrum.MinFrequency), high = ToMel(spectrum.Scale, spectrum.MaxFrequency);
        double[] corners = [.. Enumerable.Range(0, spectrum.Bands + 2).Select(i => ToHertz(spectrum.Scale, low + (high - low) * i / (spectrum.Bands + 1)))];
        _bands = [.. Enumerable.Range(0, spectrum.Bands).Select(band => Band(spectrum, bins, corners[band], corners[band + 1], corners[band + 2]))];
    }

    /// <summary>The weight of a frequency bin in a band.</summary>
    internal float this[int bin, int band]
    {
        get
        {
            var (first, weights) = _bands[band];
            return bin >= first && bin < first + weights.Length ? weights[bin - first] : 0;
        }
    }

    /// <summary>The weighted sum of a power spectrum in each band.</summary>
    internal void Apply(ReadOnlySpan<double> power, Span<double> bands)
    {
        for (int band = 0; band < _bands.Length; band++)
        {
            var (first, weights) = _bands[band];
            double sum = 0;
            for (int i = 0; i < weights.Length; i++)
                sum += weights[i] * power[first + i];
            bands[band] = sum;
        }
    }

    private static (int First, float[] Weights) Band(LogMelSpectrum spectrum, int bins, double left, double middle, double right)
    {
        double[] weights = [.. Enumerable.Range(0, bins).Select(bin =>
        {
            double frequency = (double)bin * spectrum.SampleRate / spectrum.FftSize;
            return Math.Max(0, Math.Min((frequency - left) / (middle - left), (right - frequency) / (right - middle)));
        })];
        // A band narrower than the bins' distance may fall between two of them; it then hears the nearest.
        if (spectrum.Normalization == MelNormalization.UnitSum && weights.All(w => w == 0))
            weights[(int)Math.Round(middle * spectrum.FftSize / spectrum.SampleRate)] = 1;
        double scale = spectrum.Normalization switch
        {
            MelNormalization.Slaney => 2 / (right - left),
            MelNormalization.UnitSum => 1 / weights.Sum(),
            _ => 1,
        };
        int first = Math.Max(Array.FindIndex(weights, w => w > 0), 0), last = Math.Max(Array.FindLastIndex(weights, w => w > 0), first);
        return (first, [.. weights[first..(last + 1)].Select(w => (float)(w * scale))]);
    }

    private static double ToMel(MelScale scale, double hertz) => scale == MelScale.Htk
        ? 2595 * Math.Log10(1 + hertz / 700)
        : hertz < 1000 ? hertz * 3 / 200 : 15 + Math.Log(hertz / 1000) * 27 / Math.Log(6.4);

    private static double ToHertz(MelScale scale, double mel) => scale == MelScale.Htk
        ? 700 * (Math.Pow(10, mel / 2595) - 1)
        : mel < 15 ? mel * 200 / 3 : 1000 * Math.Exp((mel - 15) * Math.Log(6.4) / 27);
}
