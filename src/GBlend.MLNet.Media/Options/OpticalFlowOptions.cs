using System.Text.Json.Serialization;

namespace GBlend.MLNet;

/// <summary>The settings of <c>ml.Transforms.OpticalFlow</c>: Farneback's method, by OpenCV.</summary>
public sealed class OpticalFlowOptions : MediaOptions
{
    /// <summary>Starts with the defaults. Where a clip is missing its flow is missing too, unless <see cref="MediaOptions.OnBadMedia"/> is changed.</summary>
    public OpticalFlowOptions() => OnBadMedia = OnBadMedia.Missing;

    /// <summary>
    /// The largest motion that can be represented, in pixels from frame to frame: -Bound becomes 0, no motion 128 and +Bound 255; larger motion is
    /// clipped. Default 20, as in two-stream networks.
    /// </summary>
    public float Bound { get; set; } = 20;

    /// <summary>
    /// A value that says whether the last flow is repeated, so that there are as many flows as frames. Default <see langword="false"/>: there is one
    /// flow fewer.
    /// </summary>
    [JsonPropertyName("KeepsFrameCount")]
    public bool KeepFrameCount { get; set; }

    /// <summary>The number of levels of the image pyramid, 1 to 32. Default 3.</summary>
    public int PyramidLevels { get; set; } = 3;

    /// <summary>The factor by which each level of the pyramid is smaller than the one below. Default 0.5.</summary>
    public double PyramidScale { get; set; } = 0.5;

    /// <summary>The side in pixels of the windows that motion is averaged over: larger ones are smoother. 1 to 1023, by default 15.</summary>
    public int WindowSize { get; set; } = 15;

    /// <summary>The number of iterations on each level, 1 to 1000. Default 3.</summary>
    public int Iterations { get; set; } = 3;

    /// <summary>The side in pixels of the neighborhoods that a polynomial is fitted to, 3 to 63. Default 5.</summary>
    public int PolynomialSize { get; set; } = 5;

    /// <summary>The standard deviation in pixels of the weights in that fit. Default 1.2.</summary>
    public double PolynomialSigma { get; set; } = 1.2;

    internal override void Validate()
    {
        base.Validate();
        Check.Positive(Bound);
        Check.Between(PyramidLevels, 1, 32);
        Check.Positive(PyramidScale);
        if (PyramidScale >= 1)
            throw new ArgumentOutOfRangeException(nameof(PyramidScale), PyramidScale, "PyramidScale must be below 1.");
        Check.Between(WindowSize, 1, 1023);
        Check.Between(Iterations, 1, 1000);
        Check.Between(PolynomialSize, 3, 63);
        Check.Positive(PolynomialSigma);
    }
}
