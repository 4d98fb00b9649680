namespace GBlend.MLNet;

/// <summary>The settings of <c>ml.Transforms.LoadImage</c>.</summary>
public sealed class ImageOptions : MediaFileOptions
{
    /// <summary>The height of the images that come out, in pixels. Default 224.</summary>
    public int Height { get; set; } = 224;

    /// <summary>The width of the images that come out, in pixels. Default 224.</summary>
    public int Width { get; set; } = 224;

    /// <inheritdoc cref="VideoClipOptions.ShortSide"/>
    public int? ShortSide { get; set; }

    /// <summary>
    /// A value that says whether images are scaled to exactly <see cref="Height"/> x <see cref="Width"/> without cutting, even if that changes the
    /// aspect ratio. Default <see langword="false"/>.
    /// </summary>
    public bool Stretch { get; set; }

    /// <summary>A value that says whether there is one channel of brightness instead of red, green and blue. Default <see langword="false"/>.</summary>
    public bool Grayscale { get; set; }

    internal FrameShape Shape => new(Height, Width, Grayscale ? 1 : 3, ShortSide, Stretch);

    internal override void Validate()
    {
        base.Validate();
        Shape.Validate();
        ValidateRow(Shape.Size, $"{Height} x {Width} pixels");
    }
}
