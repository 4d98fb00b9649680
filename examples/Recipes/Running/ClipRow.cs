using Microsoft.ML.Data;

namespace Recipes;

/// <summary>A file for the media steps to read.</summary>
internal sealed class FileRow
{
    /// <summary>The place of the video among the items.</summary>
    public int Item { get; set; }

    public string Path { get; set; } = "";
}

/// <summary>A clip for the trainer: what is not asked for is left out of the data's schema.</summary>
internal sealed class ClipRow
{
    public const string IdColumn = nameof(Id), GroupColumn = nameof(Group), ClassColumn = nameof(Class), LabelsColumn = nameof(Labels);

    /// <summary>The video in the set, of which this is one clip.</summary>
    public string Id { get; set; } = "";

    /// <summary>What must not be split between training and held-out rows.</summary>
    public string Group { get; set; } = "";

    /// <summary>Its class from 0: of data in memory ML.NET makes key i + 1 of i.</summary>
    public uint Class { get; set; }

    /// <summary>0 or 1 for every label.</summary>
    public float[] Labels { get; set; } = [];

    [ColumnName(Networks.Rgb)]
    public byte[] Rgb { get; set; } = [];

    [ColumnName(Networks.Flow)]
    public byte[] Flow { get; set; } = [];

    [ColumnName(Networks.Sound)]
    public float[] Sound { get; set; } = [];
}
