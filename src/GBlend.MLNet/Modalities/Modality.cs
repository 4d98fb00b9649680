namespace GBlend.MLNet;

/// <summary>One modality of a row: the column it is read from and the encoder that turns it into a feature vector.</summary>
/// <remarks>
/// Instances are immutable. The order of <see cref="GradientBlendingTrainer.Options.Modalities"/> is the order of the branches, of their
/// weights and of the history.
/// </remarks>
public sealed class Modality
{
    private Modality(string columnName, ModalityKind kind, Encoder encoder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(columnName);
        ArgumentNullException.ThrowIfNull(encoder);
        ColumnName = columnName;
        Kind = kind;
        Encoder = encoder;
    }

    private Modality(Modality other)
    {
        (ColumnName, Kind, Encoder, Augmentations) = (other.ColumnName, other.Kind, other.Encoder, other.Augmentations);
        (PretrainedFrom, PretrainedWeights, IsStrict, IsFrozen) = (other.PretrainedFrom, other.PretrainedWeights, other.IsStrict, other.IsFrozen);
        Dropout = other.Dropout;
    }

    /// <summary>The name of the input column, which is also the name of the branch in the history.</summary>
    public string ColumnName { get; }

    /// <summary>The encoder that turns a row of this modality into features.</summary>
    public Encoder Encoder { get; private init; }

    /// <summary>
    /// The fitted model whose encoder this one starts from; <see langword="null"/> unless <see cref="ModalityExtensions.WithEncoderOf"/> gave one.
    /// </summary>
    internal IEncoderSource? PretrainedFrom { get; private init; }

    /// <summary>
    /// The weights that the encoder starts from; <see langword="null"/> unless <see cref="WithPretrainedWeights(StateDict, bool, bool)"/> gave them.
    /// </summary>
    public StateDict? PretrainedWeights { get; private init; }

    /// <summary>The random changes of this modality's rows while training. By default there are none.</summary>
    public IReadOnlyList<Augmentation> Augmentations { get; private init; } = [];

    /// <summary>The share of the training rows from which this modality is hidden, see <see cref="WithDropout"/>. Default 0.</summary>
    public double Dropout { get; private init; }

    internal ModalityKind Kind { get; }

    internal AugmentationSettings AugmentationSettings => AugmentationSettings.Of(Augmentations);

    internal bool IsStrict { get; private init; }

    /// <summary>
    /// A value that says whether the encoder keeps its starting weights, so that only the heads and the fusion learn. Default
    /// <see langword="false"/>.
    /// </summary>
    public bool IsFrozen { get; private init; }

    /// <summary>Makes a modality of a numeric vector column: float, double or integer items, dense or sparse, of known size.</summary>
    /// <remarks>
    /// Numbers are read as they are, bytes too. Columns whose numbers are far from 1, as those of 0 to 255 are, should be standardized first; ML.NET's
    /// normalizers read floats and doubles (<c>ml.Transforms.Conversion.ConvertType</c> makes them).
    /// </remarks>
    /// <param name="columnName">The name of the input column.</param>
    /// <param name="encoder">The encoder; by default <see cref="Encoders.Mlp(int[])"/> with hidden widths 64 and 32.</param>
    /// <returns>The modality.</returns>
    /// <exception cref="ArgumentException">The column name is empty.</exception>
    public static Modality Vector(string columnName, Encoder? encoder = null) => new(columnName, ModalityKind.Vector, encoder ?? Encoders.Mlp(64, 32));

    /// <summary>Makes a modality of images: a vector column of shape [height, width, channels], with bytes 0 to 255 or floats as they come.</summary>
    /// <remarks>
    /// Bytes stay bytes until they are on the device. There they are normalized, unless the encoder does it itself
    /// (<see cref="ResNetEncoder.WithNormalization"/>): three channels by the mean and standard deviation of ImageNet, other numbers of channels by
    /// 127.5 and 63.75. One more dimension in front means several views of one thing: training draws one view per row and epoch, losses take the
    /// middle one, and scores are the mean over all.
    /// </remarks>
    /// <param name="columnName">The name of the input column; its type has the three dimensions, or four with the views.</param>
    /// <param name="encoder">
    /// The encoder; by default <see cref="Encoders.ImageResNet"/> with 18 layers and a quarter of the width (0.7 million parameters, 128
    /// features).
    /// </param>
    /// <returns>The modality.</returns>
    /// <exception cref="ArgumentException">The column name is empty.</exception>
    public static Modality Image(string columnName, Encoder? encoder = null) =>
        new(columnName, ModalityKind.Image, encoder ?? Encoders.ImageResNet(18, widthMultiplier: 0.25));

    /// <summary>
    /// Makes a modality of clips, in color or of optical flow: a vector column of shape [frames, height, width, channels], with bytes 0 to 255 or
    /// floats as they come.
    /// </summary>
    /// <remarks>
    /// Bytes stay bytes until they are on the device. There they are normalized, unless the encoder does it itself
    /// (<see cref="ResNetEncoder.WithNormalization"/>): three channels by the mean and standard deviation of Kinetics, other numbers of channels by
    /// 127.5 and 63.75. One more dimension in front means several views (clips of one video): training draws one view per row and epoch, the same
    /// for all modalities, losses take the middle one, and scores are the mean over all.
    /// </remarks>
    /// <param name="columnName">The name of the input column; its type has the four dimensions, or five with the views.</param>
    /// <param name="encoder">
    /// The encoder; by default <see cref="Encoders.R2Plus1D"/> with 18 layers and a quarter of the width (2 million parameters, 128 features).
    /// </param>
    /// <returns>The modality.</returns>
    /// <exception cref="ArgumentException">The column name is empty.</exception>
    public static Modality Video(string columnName, Encoder? encoder = null) =>
        new(columnName, ModalityKind.Video, encoder ?? Encoders.R2Plus1D(18, widthMultiplier: 0.25));

    /// <summary>Makes a modality of sound as spectrograms: a vector column of shape [frames, bands], for example log-mel spectrograms.</summary>
    /// <remarks>One more dimension in front means several views; see <see cref="Video"/>.</remarks>
    /// <param name="columnName">The name of the input column; its type has the two dimensions, or three with the views.</param>
    /// <param name="encoder">
    /// The encoder; by default <see cref="Encoders.AudioResNet"/> with 18 layers and a quarter of the width (0.7 million parameters, 128
    /// features).
    /// </param>
    /// <returns>The modality.</returns>
    /// <exception cref="ArgumentException">The column name is empty.</exception>
    public static Modality Audio(string columnName, Encoder? encoder = null) =>
        new(columnName, ModalityKind.Audio, encoder ?? Encoders.AudioResNet(18, widthMultiplier: 0.25));

    /// <summary>Makes a modality of text as token ids: a vector column of whole numbers, padded with 0 at the end.</summary>
    /// <param name="columnName">The name of the input column.</param>
    /// <param name="encoder">
    /// The encoder; by default <see cref="Encoders.TextPooling"/> with room for 65,536 token ids. Pass an encoder with the vocabulary size of your
    /// tokenizer.
    /// </param>
    /// <returns>The modality.</returns>
    /// <exception cref="ArgumentException">The column name is empty.</exception>
    public static Modality Text(string columnName, Encoder? encoder = null) => new(columnName, ModalityKind.Text, encoder ?? Encoders.TextPooling());

    /// <summary>
    /// Returns a copy of this modality whose rows are changed at random while training. The changes are drawn for every row in every epoch,
    /// under the seed.
    /// </summary>
    /// <param name="augmentations">The random changes, at most one of each kind. They replace those that the modality has.</param>
    /// <returns>The copy.</returns>
    /// <exception cref="ArgumentException">
    /// A kind of augmentation is given more than once, or does not fit this kind of modality. A fit throws the same when one does not fit the
    /// column.
    /// </exception>
    /// <example>
    /// <code>
    /// Modality.Video("Clip", Encoders.R2Plus1D(18)).WithAugmentation(Augmentation.RandomCrop(112, 112), Augmentation.HorizontalFlip())
    /// </code>
    /// </example>
    public Modality WithAugmentation(params IReadOnlyList<Augmentation> augmentations)
    {
        ArgumentNullException.ThrowIfNull(augmentations);
        if (augmentations.Contains(null!))
            throw new ArgumentException("The augmentations contain null. Remove it.", nameof(augmentations));
        AugmentationSettings.Of(augmentations).CheckKind(Kind);
        return new Modality(this) { Augmentations = [.. augmentations] };
    }

    /// <summary>
    /// Returns a copy of this modality that is hidden from the joint heads in a share of the training rows, drawn for every row in every epoch under the
    /// seed, so that they learn to answer rows that lack it ("ModDrop", Neverova et al., 2016). They read a learned vector in its place. The modality's
    /// own head learns from all rows that have the modality, and no row loses all of its modalities, so that in a training of one modality there is no
    /// effect. <see cref="GradientBlendingTrainer.Options.MissingValues"/> must allow rows that lack modalities.
    /// </summary>
    /// <param name="share">The share, at least 0 and below 1, for example 0.3; 0 hides nothing.</param>
    /// <returns>The copy.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not in [0, 1).</exception>
    public Modality WithDropout(double share)
    {
        Check.Probability(share);
        return new Modality(this) { Dropout = share };
    }

    /// <summary>A copy whose encoder starts from that of a fitted model.</summary>
    internal Modality StartingFrom(IEncoderSource source, bool freeze) => new(this) { PretrainedFrom = source, PretrainedWeights = null, IsFrozen = freeze };

    /// <summary>
    /// Returns a copy of this modality whose encoder starts from published weights in a file; see
    /// <see cref="WithPretrainedWeights(StateDict, bool, bool)"/>.
    /// </summary>
    /// <param name="path">The path of a file that <see cref="StateDict.Load(string)"/> reads, PyTorch's or safetensors. It is read at once.</param>
    /// <param name="freeze">Whether to keep the encoder as it is and train only the heads and the fusion. Default <see langword="false"/>.</param>
    /// <param name="strict">
    /// Whether to refuse weights that lack a tensor of the encoder, or have a tensor for which the encoder has no place. Default
    /// <see langword="true"/>.
    /// </param>
    /// <returns>The copy. A fit with it throws an <see cref="ArgumentException"/> that lists the tensors that don't fit.</returns>
    /// <exception cref="InvalidDataException">The file is truncated, damaged, of another format, or asks for more than a state dict needs.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public Modality WithPretrainedWeights(string path, bool freeze = false, bool strict = true) => WithPretrainedWeights(StateDict.Load(path), freeze, strict);

    /// <summary>Returns a copy of this modality whose encoder starts from published weights.</summary>
    /// <param name="weights">
    /// The state dict of the same architecture. Its names are those of the encoder, except for a prefix that all of them have (<c>backbone.</c>), or
    /// names that <see cref="Encoder.MapWeightName"/> translates. A classifier on top (<c>fc.</c>, <c>head.</c>, <c>classifier.</c>) is dropped.
    /// Where the number of input channels differs (optical flow), the first convolution gets the mean over the channels, repeated and rescaled.
    /// </param>
    /// <param name="freeze">Whether to keep the encoder as it is and train only the heads and the fusion. Default <see langword="false"/>.</param>
    /// <param name="strict">
    /// Whether to refuse weights that lack a tensor of the encoder, or that have one more tensor in a part that the encoder has too, as the
    /// weights of deeper networks do. Otherwise what is missing starts at random. A tensor of another shape is always refused. Default
    /// <see langword="true"/>.
    /// </param>
    /// <returns>The copy. A fit with it throws an <see cref="ArgumentException"/> that lists the tensors that don't fit.</returns>
    public Modality WithPretrainedWeights(StateDict weights, bool freeze = false, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new Modality(this) { PretrainedFrom = null, PretrainedWeights = weights, IsFrozen = freeze, IsStrict = strict };
    }

    /// <summary>Reports what a fit takes from the pre-trained weights of this modality; a fit logs the same.</summary>
    /// <param name="inputShape">The shape of one row as the encoder reads it (one view, cropped), for example [64] for a vector of 64 numbers.</param>
    /// <returns>The report, which lists the tensors that matched, that were left and that were missing.</returns>
    /// <exception cref="InvalidOperationException">The modality has no pre-trained weights.</exception>
    /// <exception cref="ArgumentException">
    /// The weights are of another architecture, and the message lists the tensors that don't fit; or the encoder can't read rows of this shape.
    /// </exception>
    public PretrainedWeightsReport ReportPretrainedWeights(params IReadOnlyList<int> inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        if (PretrainedWeights is null)
            throw new InvalidOperationException($"The modality '{ColumnName}' has no pre-trained weights. Give it some by WithPretrainedWeights.");
        return GBlend.MLNet.PretrainedWeights.Match(Encoder, inputShape, PretrainedWeights, IsStrict).Report;
    }

    /// <summary>A copy with another encoder and everything else as it is.</summary>
    internal Modality WithEncoder(Encoder encoder) => new(this) { Encoder = encoder };

    /// <inheritdoc/>
    public override string ToString() => $"{ColumnName}: {Encoder}";
}
