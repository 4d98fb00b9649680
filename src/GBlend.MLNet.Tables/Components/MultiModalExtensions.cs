using GBlend.MLNet.Tables;

namespace Microsoft.ML;

/// <summary>Extends <see cref="MLContext"/> by models of tables.</summary>
public static class MultiModalExtensions
{
    /// <summary>Gives the models of tables: from rows with numbers, categories, text, pictures, video and sound to a trained model.</summary>
    /// <param name="ml">The context.</param>
    /// <returns>The catalog.</returns>
    public static MultiModalCatalog MultiModal(this MLContext ml)
    {
        ArgumentNullException.ThrowIfNull(ml);
        return new(ml);
    }
}
