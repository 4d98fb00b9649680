namespace GBlend.MLNet;

/// <summary>A first convolution for another number of input channels, for example optical flow's two instead of the three of RGB.</summary>
internal static class FirstConvolution
{
    /// <summary>
    /// The mean over the input channels for every new channel, rescaled by old channels / new channels, so that an input that is the same in
    /// all channels gives the response it gave.
    /// </summary>
    /// <param name="weight">[outputs, old channels, kernel...].</param>
    /// <param name="shape">[outputs, new channels, kernel...].</param>
    /// <returns>The weight in row-major order; <see langword="null"/> when more than the channels differs.</returns>
    internal static float[]? Adapt(StateTensor weight, IReadOnlyList<long> shape)
    {
        var old = weight.Shape;
        if (old.Count != shape.Count || old.Count < 3 || old[0] != shape[0] || !old.Skip(2).SequenceEqual(shape.Skip(2)) || old[1] == 0 || shape[1] == 0)
            return null;
        var values = weight.ToFloats();
        int outputs = (int)old[0], from = (int)old[1], to = (int)shape[1], kernel = (int)old.Skip(2).Aggregate(1L, (product, size) => product * size);
        var adapted = new float[outputs * to * kernel];
        for (int output = 0; output < outputs; output++)
        {
            for (int k = 0; k < kernel; k++)
            {
                // The mean of the old, times old / new channels, is the sum over new channels.
                double sum = 0;
                for (int c = 0; c < from; c++)
                    sum += values[(output * from + c) * kernel + k];
                for (int c = 0; c < to; c++)
                    adapted[(output * to + c) * kernel + k] = (float)(sum / to);
            }
        }
        return adapted;
    }
}
