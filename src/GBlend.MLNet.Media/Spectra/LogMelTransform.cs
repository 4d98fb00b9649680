using System.Numerics;

namespace GBlend.MLNet;

/// <summary>Makes log-mel frames of sound. Not for several threads at once: it works in buffers of its own.</summary>
internal sealed class LogMelTransform
{
    private readonly LogMelSpectrum _spectrum;
    private readonly MelFilterbank _filterbank;
    private readonly FourierTransform _transform;
    private readonly double[] _window, _first, _second, _bands;
    private readonly Complex[] _work;

    internal LogMelTransform(LogMelSpectrum spectrum)
    {
        _spectrum = spectrum;
        _filterbank = new MelFilterbank(spectrum);
        _transform = new FourierTransform(spectrum.FftSize);
        _window = new double[spectrum.FftSize];
        int left = (spectrum.FftSize - spectrum.WindowLength) / 2;
        for (int i = 0; i < spectrum.WindowLength; i++)
            _window[left + i] = 0.5 - 0.5 * Math.Cos(2 * Math.PI * i / spectrum.WindowLength);
        _work = new Complex[spectrum.FftSize];
        _first = new double[spectrum.FftSize / 2 + 1];
        _second = new double[spectrum.FftSize / 2 + 1];
        _bands = new double[spectrum.Bands];
    }

    /// <summary>Writes frames x bands.</summary>
    /// <param name="sound">
    /// Samples at the spectrum's rate. Before and after them is silence (at the ends of the time that frames cover a centered spectrum mirrors it).
    /// </param>
    /// <param name="start">The time of the first frame, in samples.</param>
    /// <param name="hop">From frame to frame, in samples.</param>
    /// <param name="frames">How many.</param>
    /// <param name="destination">Gets frames x bands values.</param>
    internal void Write(ReadOnlySpan<float> sound, double start, double hop, int frames, Span<float> destination) =>
        Write(sound, 0, sound.Length, start, hop, frames, destination);

    /// <summary>The samples that frames are made of.</summary>
    /// <returns>The first of them, and how many.</returns>
    internal (long First, int Count) Reach(double start, double hop, int frames)
    {
        // What is mirrored lies within the same distance of the ends.
        long first = Math.Max(0, (long)Math.Floor(start) - _spectrum.FftSize - 1);
        return (first, checked((int)Math.Max(0, (long)Math.Ceiling(start + hop * frames) + _spectrum.FftSize + 1 - first)));
    }

    /// <summary>Writes frames x bands of a part of a sound.</summary>
    /// <param name="part">Samples at the spectrum's rate, with all that <see cref="Reach"/> says.</param>
    /// <param name="first">The first of them, from the start of the sound.</param>
    /// <param name="samples">Samples of the whole sound.</param>
    /// <param name="start">The time of the first frame, in samples.</param>
    /// <param name="hop">From frame to frame, in samples.</param>
    /// <param name="frames">How many.</param>
    /// <param name="destination">Gets frames x bands values.</param>
    internal void Write(ReadOnlySpan<float> part, long first, long samples, double start, double hop, int frames, Span<float> destination)
    {
        // Where frames go beyond the end of the sound it is as if silence were part of it, which is then what is mirrored.
        long length = Math.Max(samples, (long)Math.Round(start + hop * (frames - 1)));
        for (int frame = 0; frame < frames; frame += 2)
        {
            // Two real frames share one complex transform.
            bool isPair = frame + 1 < frames;
            long offset = _spectrum.IsCentered ? -_spectrum.FftSize / 2 : 0;
            long one = (long)Math.Round(start + hop * frame) + offset, two = (long)Math.Round(start + hop * (frame + 1)) + offset;
            for (int i = 0; i < _work.Length; i++)
                _work[i] = _window[i] == 0 ? Complex.Zero
                    : _window[i] * new Complex(Sample(part, first, one + i, length), isPair ? Sample(part, first, two + i, length) : 0);
            _transform.Forward(_work);
            for (int k = 0; k < _first.Length; k++)
            {
                var (value, mirror) = (_work[k], Complex.Conjugate(_work[(_work.Length - k) % _work.Length]));
                (_first[k], _second[k]) = (SquaredLength(value + mirror) / 4, SquaredLength(value - mirror) / 4);
            }
            WriteBands(_first, destination.Slice(frame * _bands.Length, _bands.Length));
            if (isPair)
                WriteBands(_second, destination.Slice((frame + 1) * _bands.Length, _bands.Length));
        }
    }

    private void WriteBands(double[] power, Span<float> destination)
    {
        _filterbank.Apply(power, _bands);
        for (int band = 0; band < _bands.Length; band++)
            destination[band] = (float)Log(_bands[band] * _spectrum.Gain);
    }

    private double Log(double value) => _spectrum.LogOffset is { } offset ? Math.Log(value + offset) : value > Math.E ? Math.Log(value) : value / Math.E;

    private float Sample(ReadOnlySpan<float> part, long first, long index, long length)
    {
        if (_spectrum.IsCentered && index < 0)
            index = -index;
        if (_spectrum.IsCentered && index >= length)
            index = 2 * (length - 1) - index;
        index -= first;
        return index >= 0 && index < part.Length ? part[(int)index] : 0;
    }

    private static double SquaredLength(Complex value) => value.Real * value.Real + value.Imaginary * value.Imaginary;
}
