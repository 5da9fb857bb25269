-- MariaDB dump of a French shop: structure only
/*!40101 SET NAMES utf8mb4 */;

CREATE TABLE `clients` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `prenom` varchar(60) NOT NULL,
  `nom` varchar(60) NOT NULL,
  `courriel` varchar(120) NOT NULL,
  `telephone` varchar(20) DEFAULT NULL,
  `adresse` varchar(120) NOT NULL,
  `code_postal` char(5) NOT NULL,
  `ville` varchar(60) NOT NULL,
  `date_naissance` date DEFAULT NULL,
  `est_actif` tinyint(1) NOT NULL DEFAULT 1,
  `cree_le` datetime NOT NULL DEFAULT current_timestamp(),
  PRIMARY KEY (`id`),
  UNIQUE KEY `clients_courriel` (`courriel`)
) ENGINE=InnoDB AUTO_INCREMENT=1001 DEFAULT CHARSET=utf8mb4 COMMENT='ceux qui achètent chez nous';

CREATE TABLE `produits` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `reference` varchar(20) NOT NULL,
  `libelle` varchar(120) NOT NULL,
  `description` text DEFAULT NULL,
  `prix_unitaire` decimal(10,2) NOT NULL CHECK (`prix_unitaire` > 0),
  PRIMARY KEY (`id`),
  UNIQUE KEY `produits_reference` (`reference`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `commandes` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `client_id` int(10) unsigned NOT NULL,
  `statut` enum('ouverte','payée','expédiée','annulée') NOT NULL DEFAULT 'ouverte',
  `montant_total` decimal(12,2) NOT NULL COMMENT 'somme des lignes',
  `cree_le` datetime NOT NULL,
  `paye_le` datetime DEFAULT NULL,
  `expedie_le` datetime DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `commandes_client` (`client_id`),
  CONSTRAINT `commandes_client` FOREIGN KEY (`client_id`) REFERENCES `clients` (`id`),
  CONSTRAINT `commandes_ordre` CHECK (`paye_le` >= `cree_le` and `expedie_le` >= `paye_le`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `lignes_commande` (
  `commande_id` bigint(20) unsigned NOT NULL,
  `numero` smallint(5) unsigned NOT NULL,
  `produit_id` int(10) unsigned NOT NULL,
  `quantite` int(11) NOT NULL CHECK (`quantite` between 1 and 99),
  `prix_unitaire` decimal(10,2) NOT NULL,
  `montant` decimal(12,2) NOT NULL,
  PRIMARY KEY (`commande_id`,`numero`),
  KEY `lignes_produit` (`produit_id`),
  CONSTRAINT `lignes_commande` FOREIGN KEY (`commande_id`) REFERENCES `commandes` (`id`) ON DELETE CASCADE,
  CONSTRAINT `lignes_produit` FOREIGN KEY (`produit_id`) REFERENCES `produits` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
