using System.Numerics;

namespace GBlend.MLNet;

/// <summary>The fast Fourier transform of one size, a power of 2, with its tables made once.</summary>
internal sealed class FourierTransform
{
    private readonly int[] _reversed;
    private readonly Complex[] _roots;

    internal FourierTransform(int size)
    {
        int bits = BitOperations.Log2((uint)size);
        _reversed = new int[size];
        for (int i = 1; i < size; i++)
            _reversed[i] = (_reversed[i >> 1] >> 1) | ((i & 1) << (bits - 1));
        _roots = [.. Enumerable.Range(0, size / 2).Select(k => Complex.FromPolarCoordinates(1, -2 * Math.PI * k / size))];
    }

    /// <summary>Transforms in place.</summary>
    internal void Forward(Span<Complex> values)
    {
        int size = _reversed.Length;
        for (int i = 0; i < size; i++)
        {
            if (i < _reversed[i])
                (values[i], values[_reversed[i]]) = (values[_reversed[i]], values[i]);
        }
        for (int half = 1; half < size; half *= 2)
        {
            int step = size / (2 * half);
            for (int start = 0; start < size; start += 2 * half)
            {
                for (int k = 0; k < half; k++)
                {
                    var odd = values[start + k + half] * _roots[k * step];
                    var even = values[start + k];
                    values[start + k] = even + odd;
                    values[start + k + half] = even - odd;
                }
            }
        }
    }
}
