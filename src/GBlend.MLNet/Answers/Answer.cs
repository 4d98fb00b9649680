namespace GBlend.MLNet;

/// <summary>The ways in which the predictions of the branches become the model's one answer.</summary>
public enum Answer
{
    /// <summary>
    /// The model answers by the way that was best on real data (see docs/default.md): by <see cref="Pool"/> with at least 20 held-out rows; with fewer by
    /// <see cref="Joint"/> or, after <see cref="Blending.Auto"/>, by <see cref="MeanOfLogits"/>. A model with only a joint head answers by it, a model
    /// without a joint branch by <see cref="MeanOfHeads"/>.
    /// </summary>
    Auto,

    /// <summary>
    /// The joint head answers, as in the paper. In a model without a joint branch (one modality, or <see cref="Blending.Separate"/>), or whose joint
    /// head never had weight in the training, the mean of the heads that learned answers.
    /// </summary>
    Joint,

    /// <summary>
    /// The joint head answers, unless the head of a single modality has a lower loss on the held-out rows by more than one standard error of the
    /// paired difference; then that head answers. Without a joint head that learned, the head with the lowest held-out loss answers.
    /// </summary>
    BestHead,

    /// <summary>The mean of the predictions of the heads that learned answers (of their probabilities, for classes and labels).</summary>
    MeanOfHeads,

    /// <summary>
    /// A pool of the heads that learned answers, fitted on the held-out rows with a ridge toward their mean. For classes it is
    /// softmax(sum_b a_b log p_b) over the heads b, where a_b is at least 0 and logarithms are at least -12. For multi-label tasks it is the same for
    /// the two states of each label, with one a_b for all labels. For regression it is sum_b a_b f_b + c by least squares, where a_b is at least 0 and
    /// the ridge does not apply to the intercept c. With fewer than 20 held-out rows the joint head answers instead.
    /// </summary>
    Pool,

    /// <summary>
    /// The mean of the logits of the heads that learned answers, made a probability: the normalized geometric mean of their probabilities, which is
    /// the pool whose coefficients are all the same. For regression it is the mean of their numbers.
    /// </summary>
    MeanOfLogits,
}
