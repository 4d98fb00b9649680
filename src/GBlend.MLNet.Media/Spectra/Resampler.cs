using System.Numerics;

namespace GBlend.MLNet;

/// <summary>
/// Changes the sample rate by a polyphase filter: a sinc under a Kaiser window, which passes what is below 0.94 of the lower of both Nyquist
/// frequencies and stops what is above it by about 80 dB.
/// </summary>
internal sealed class Resampler
{
    private const int ZeroCrossings = 42;
    private const double KaiserBeta = 8;
    private const double PassBand = 0.97;
    private static readonly SharedDecodes<Resampler> Made = new(64 << 20, r => 4L * r._filters.Length);

    /// <summary>
    /// The most weights of all filters together. Two rates without a common divisor would have a filter for each sample of a second; beyond this
    /// number neighbors share one, which is off by less than a thousandth of the time between two samples.
    /// </summary>
    private const int MostWeights = 1 << 22;

    private readonly int _up, _down, _taps, _half, _phases;
    private readonly float[] _filters;

    private Resampler(int up, int down)
    {
        (_up, _down) = (up, down);
        // The filter's length is counted in periods of the lower rate.
        double cutoff = Math.Min(1, (double)up / down) * PassBand;
        _half = (int)Math.Ceiling(ZeroCrossings / cutoff);
        _taps = 2 * _half;
        _phases = Math.Clamp(MostWeights / _taps, 1, up);
        _filters = new float[_phases * _taps];
        for (int phase = 0; phase < _phases; phase++)
        {
            var filter = _filters.AsSpan(phase * _taps, _taps);
            double sum = 0;
            for (int i = 0; i < _taps; i++)
            {
                double at = i - (_half - 1) - (double)phase / _phases;
                double value = Sinc(at * cutoff) * cutoff * Kaiser(at / _half);
                filter[i] = (float)value;
                sum += value;
            }
            // A constant stays what it is in every phase.
            for (int i = 0; i < _taps; i++)
                filter[i] = (float)(filter[i] / sum);
        }
    }

    /// <summary>Gives samples of a sound: from the first on, as many as there is room for; silence before it and after it.</summary>
    internal delegate void Source(long first, Span<float> destination);

    /// <summary>How many samples a sound has at another rate.</summary>
    internal static long Length(long samples, int from, int to)
    {
        var (up, down) = Ratio(from, to);
        return (long)((samples * up + down - 1) / down);
    }

    /// <summary>The sound at another rate, with its first sample at the same time.</summary>
    internal static float[] Resample(float[] sound, int from, int to)
    {
        if (from == to || sound.Length == 0)
            return sound;
        float[] result = new float[Length(sound.Length, from, to)];
        Resample(Read, from, to, 0, result);
        return result;

        void Read(long first, Span<float> destination)
        {
            destination.Clear();
            long begin = Math.Clamp(first, 0, sound.Length), end = Math.Clamp(first + destination.Length, 0, sound.Length);
            sound.AsSpan((int)begin, (int)(end - begin)).CopyTo(destination[(int)(begin - first)..]);
        }
    }

    /// <summary>A part of the sound at another rate.</summary>
    /// <param name="sound">Is asked once.</param>
    /// <param name="from">Its rate.</param>
    /// <param name="to">The other rate.</param>
    /// <param name="first">The first sample that is wanted, at the other rate.</param>
    /// <param name="destination">As many as are wanted.</param>
    internal static void Resample(Source sound, int from, int to, long first, Span<float> destination)
    {
        if (from == to)
        {
            sound(first, destination);
            return;
        }
        var (up, down) = Ratio(from, to);
        Made.Get($"{up}|{down}", () => new Resampler(up, down)).Apply(sound, first, destination);
    }

    private static (int Up, int Down) Ratio(int from, int to)
    {
        int divisor = (int)BigInteger.GreatestCommonDivisor(from, to);
        return (to / divisor, from / divisor);
    }

    private void Apply(Source sound, long first, Span<float> destination)
    {
        if (destination.Length == 0)
            return;
        long FirstOf(long sample) => (long)(sample * _down / _up) - (_half - 1);
        long begin = FirstOf(first), end = FirstOf(first + destination.Length - 1) + _taps;
        float[] samples = new float[end - begin];
        sound(begin, samples);
        for (int i = 0; i < destination.Length; i++)
        {
            int phase = (int)((first + i) * _down % _up * _phases / _up);
            destination[i] = Dot(samples.AsSpan((int)(FirstOf(first + i) - begin), _taps), _filters.AsSpan(phase * _taps, _taps));
        }
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = Vector<float>.Zero;
        int i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
            sum += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
        float rest = Vector.Sum(sum);
        for (; i < a.Length; i++)
            rest += a[i] * b[i];
        return rest;
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    private static double Kaiser(double x) => Math.Abs(x) >= 1 ? 0 : Bessel(KaiserBeta * Math.Sqrt(1 - x * x)) / Bessel(KaiserBeta);

    /// <summary>The modified Bessel function of the first kind and order 0, by its series.</summary>
    private static double Bessel(double x)
    {
        double sum = 1, term = 1;
        for (int k = 1; term > sum * 1e-12; k++)
        {
            term *= x * x / (4.0 * k * k);
            sum += term;
        }
        return sum;
    }
}
